-- Usage by day, and a place for old sessions.

-- Sessions that ended in months that are closed. `radacct` keeps what accounting and logins touch, in a size that does not depend
-- on the age of the tenant. A partitioned table cannot hold a unique key without the month in it, which is why the key of
-- sessions lives in radacct alone and this table takes over only what has left it (docs/decisions/accounting-archive.md).
-- Columns and their order are those of radacct.
CREATE TABLE radacct_archive LIKE radacct;
ALTER TABLE radacct_archive
  MODIFY radacctid BIGINT NOT NULL,
  MODIFY acctstoptime DATETIME NOT NULL,
  DROP PRIMARY KEY,
  DROP KEY acctuniqueid,
  DROP KEY user_open,
  DROP KEY open_updated,
  DROP KEY router_open,
  DROP KEY nas_open,
  DROP KEY acctstarttime,
  ADD PRIMARY KEY (radacctid, acctstoptime),
  ADD KEY acctuniqueid (acctuniqueid),
  ADD KEY user_ended (username, acctstoptime),
  ADD KEY router_ended (router_id, acctstoptime),
  ADD KEY ended (acctstoptime);
-- The worker adds a partition for each month that has sessions, and drops them when the tenant keeps them no longer.
ALTER TABLE radacct_archive PARTITION BY RANGE COLUMNS (acctstoptime) (PARTITION later VALUES LESS THAN (MAXVALUE));

ALTER TABLE settings
  ADD COLUMN keep_sessions_months SMALLINT UNSIGNED NOT NULL DEFAULT 24 COMMENT 'ended sessions, whole months',
  ADD COLUMN keep_logins_days SMALLINT UNSIGNED NOT NULL DEFAULT 90 COMMENT 'attempts to log in';

DELIMITER //

-- A session that was taken for dead and archived may yet be heard of, and a record that was put aside for long may be put back.
-- It goes on from where it was. Only the first packet of a session that began long ago looks there.
CREATE TRIGGER radacct_archived_before BEFORE INSERT ON radacct FOR EACH ROW
BEGIN
  DECLARE old_start, old_update, old_stop DATETIME DEFAULT NULL;
  DECLARE old_seconds INT UNSIGNED DEFAULT 0;
  DECLARE old_input, old_output BIGINT DEFAULT 0;
  DECLARE old_cause VARCHAR(32) DEFAULT '';
  DECLARE old_id BIGINT DEFAULT NULL;
  IF NEW.acctstarttime < UTC_TIMESTAMP() - INTERVAL 21 DAY AND NOT EXISTS (SELECT 1 FROM radacct WHERE acctuniqueid = NEW.acctuniqueid) THEN
    SELECT radacctid, acctstarttime, acctupdatetime, acctstoptime, COALESCE(acctsessiontime, 0), COALESCE(acctinputoctets, 0), COALESCE(acctoutputoctets, 0), acctterminatecause
      INTO old_id, old_start, old_update, old_stop, old_seconds, old_input, old_output, old_cause
      FROM radacct_archive WHERE acctuniqueid = NEW.acctuniqueid ORDER BY radacctid LIMIT 1;
    IF old_id IS NOT NULL THEN
      -- As the drain's upsert (freeradius/raddb/mods-config/sql/store.conf) would have done it with the row in radacct.
      IF NEW.acctstoptime IS NULL OR NEW.acctterminatecause IN ('Missed-Interim', 'NAS-Reboot') THEN
        IF NOT (old_cause IN ('Missed-Interim', 'NAS-Reboot') AND NEW.acctupdatetime > old_stop) THEN
          SET NEW.acctstoptime = old_stop, NEW.acctterminatecause = old_cause;
        END IF;
      ELSEIF old_cause NOT IN ('Missed-Interim', 'NAS-Reboot') AND old_stop < NEW.acctstoptime THEN
        SET NEW.acctstoptime = old_stop;
      END IF;
      SET NEW.radacctid = old_id,
        NEW.acctstarttime = LEAST(NEW.acctstarttime, old_start),
        NEW.acctupdatetime = GREATEST(NEW.acctupdatetime, old_update),
        NEW.acctsessiontime = GREATEST(COALESCE(NEW.acctsessiontime, 0), old_seconds),
        NEW.acctinputoctets = GREATEST(COALESCE(NEW.acctinputoctets, 0), old_input),
        NEW.acctoutputoctets = GREATEST(COALESCE(NEW.acctoutputoctets, 0), old_output);
    END IF;
  END IF;
END//

-- Counters of a session only grow: the difference is what was used since the report before. It belongs to the days in which it
-- was used; when midnight (the tenant's) lies between two reports, each day gets its share of the time, the last one the rest.
CREATE TRIGGER radacct_daily_insert AFTER INSERT ON radacct FOR EACH ROW
BEGIN
  DECLARE used_in BIGINT DEFAULT COALESCE(NEW.acctinputoctets, 0);
  DECLARE used_out BIGINT DEFAULT COALESCE(NEW.acctoutputoctets, 0);
  DECLARE began INT DEFAULT 1;
  DECLARE to_time DATETIME DEFAULT COALESCE(NEW.acctupdatetime, NEW.acctstarttime, UTC_TIMESTAMP());
  DECLARE from_time DATETIME DEFAULT COALESCE(NEW.acctstarttime, NEW.acctupdatetime, UTC_TIMESTAMP());
  DECLARE shift INT DEFAULT 0;
  DECLARE one_day, last_day DATE DEFAULT NULL;
  DECLARE midnight DATETIME DEFAULT NULL;
  DECLARE part_in, part_out BIGINT DEFAULT 0;
  DECLARE part_s, all_s INT DEFAULT 0;
  DECLARE old_id BIGINT DEFAULT NULL;
  DECLARE old_in, old_out, old_seconds BIGINT DEFAULT 0;
  DECLARE old_update DATETIME DEFAULT NULL;
  IF NEW.acctstarttime < UTC_TIMESTAMP() - INTERVAL 21 DAY THEN
    SELECT radacctid, COALESCE(acctinputoctets, 0), COALESCE(acctoutputoctets, 0), COALESCE(acctsessiontime, 0), acctupdatetime
      INTO old_id, old_in, old_out, old_seconds, old_update
      FROM radacct_archive WHERE acctuniqueid = NEW.acctuniqueid ORDER BY radacctid LIMIT 1;
    IF old_id IS NOT NULL THEN
      -- What the archived row had was counted in its time: by day, and for the quota, which has just counted the whole again.
      SET used_in = GREATEST(used_in - old_in, 0), used_out = GREATEST(used_out - old_out, 0), began = 0, from_time = GREATEST(from_time, old_update);
      UPDATE raduser SET
        used_bytes = GREATEST(CAST(used_bytes AS SIGNED) - old_in - old_out, 0),
        used_seconds = GREATEST(CAST(used_seconds AS SIGNED) - old_seconds, 0)
      WHERE username = NEW.username AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL OR time_quota_s IS NOT NULL);
      DELETE FROM radacct_archive WHERE acctuniqueid = NEW.acctuniqueid;
    END IF;
  END IF;
  IF used_in > 0 OR used_out > 0 OR began <> 0 THEN
    SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= to_time ORDER BY from_at DESC LIMIT 1), 0);
    SET last_day = DATE(to_time + INTERVAL shift SECOND);
    SET from_time = LEAST(GREATEST(from_time, to_time - INTERVAL 400 DAY), to_time);
    SET one_day = last_day;
    IF DATE(from_time + INTERVAL shift SECOND) <> last_day THEN
      SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= from_time ORDER BY from_at DESC LIMIT 1), 0);
      SET one_day = DATE(from_time + INTERVAL shift SECOND);
    END IF;
    WHILE one_day < last_day DO
      SET midnight = TIMESTAMP(one_day + INTERVAL 1 DAY) - INTERVAL shift SECOND;
      -- The clocks may change in between.
      SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= midnight ORDER BY from_at DESC LIMIT 1), shift);
      SET midnight = TIMESTAMP(one_day + INTERVAL 1 DAY) - INTERVAL shift SECOND;
      SET all_s = GREATEST(1, TIMESTAMPDIFF(SECOND, from_time, to_time));
      SET part_s = LEAST(all_s, GREATEST(0, TIMESTAMPDIFF(SECOND, from_time, midnight)));
      SET part_in = FLOOR(CAST(used_in AS DECIMAL(30)) * part_s / all_s), part_out = FLOOR(CAST(used_out AS DECIMAL(30)) * part_s / all_s);
      IF part_in > 0 OR part_out > 0 OR began <> 0 THEN
        INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
          VALUES (one_day, NEW.username, NEW.router_id, part_in, part_out, began)
          ON DUPLICATE KEY UPDATE input_bytes = input_bytes + VALUES(input_bytes), output_bytes = output_bytes + VALUES(output_bytes),
            sessions = sessions + VALUES(sessions);
      END IF;
      SET used_in = used_in - part_in, used_out = used_out - part_out, began = 0, from_time = midnight, one_day = one_day + INTERVAL 1 DAY;
    END WHILE;
    IF used_in > 0 OR used_out > 0 OR began <> 0 THEN
      INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
        VALUES (last_day, NEW.username, NEW.router_id, used_in, used_out, began)
        ON DUPLICATE KEY UPDATE input_bytes = input_bytes + VALUES(input_bytes), output_bytes = output_bytes + VALUES(output_bytes),
          sessions = sessions + VALUES(sessions);
    END IF;
  END IF;
END//

CREATE TRIGGER radacct_daily_update AFTER UPDATE ON radacct FOR EACH ROW
BEGIN
  DECLARE used_in BIGINT DEFAULT GREATEST(COALESCE(NEW.acctinputoctets, 0) - COALESCE(OLD.acctinputoctets, 0), 0);
  DECLARE used_out BIGINT DEFAULT GREATEST(COALESCE(NEW.acctoutputoctets, 0) - COALESCE(OLD.acctoutputoctets, 0), 0);
  DECLARE began INT DEFAULT 0;
  DECLARE to_time DATETIME DEFAULT COALESCE(NEW.acctupdatetime, NEW.acctstarttime, UTC_TIMESTAMP());
  DECLARE from_time DATETIME DEFAULT COALESCE(OLD.acctupdatetime, NEW.acctstarttime, UTC_TIMESTAMP());
  DECLARE shift INT DEFAULT 0;
  DECLARE one_day, last_day DATE DEFAULT NULL;
  DECLARE midnight DATETIME DEFAULT NULL;
  DECLARE part_in, part_out BIGINT DEFAULT 0;
  DECLARE part_s, all_s INT DEFAULT 0;
  IF used_in > 0 OR used_out > 0 OR began <> 0 THEN
    SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= to_time ORDER BY from_at DESC LIMIT 1), 0);
    SET last_day = DATE(to_time + INTERVAL shift SECOND);
    SET from_time = LEAST(GREATEST(from_time, to_time - INTERVAL 400 DAY), to_time);
    SET one_day = last_day;
    IF DATE(from_time + INTERVAL shift SECOND) <> last_day THEN
      SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= from_time ORDER BY from_at DESC LIMIT 1), 0);
      SET one_day = DATE(from_time + INTERVAL shift SECOND);
    END IF;
    WHILE one_day < last_day DO
      SET midnight = TIMESTAMP(one_day + INTERVAL 1 DAY) - INTERVAL shift SECOND;
      -- The clocks may change in between.
      SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= midnight ORDER BY from_at DESC LIMIT 1), shift);
      SET midnight = TIMESTAMP(one_day + INTERVAL 1 DAY) - INTERVAL shift SECOND;
      SET all_s = GREATEST(1, TIMESTAMPDIFF(SECOND, from_time, to_time));
      SET part_s = LEAST(all_s, GREATEST(0, TIMESTAMPDIFF(SECOND, from_time, midnight)));
      SET part_in = FLOOR(CAST(used_in AS DECIMAL(30)) * part_s / all_s), part_out = FLOOR(CAST(used_out AS DECIMAL(30)) * part_s / all_s);
      IF part_in > 0 OR part_out > 0 OR began <> 0 THEN
        INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
          VALUES (one_day, NEW.username, NEW.router_id, part_in, part_out, began)
          ON DUPLICATE KEY UPDATE input_bytes = input_bytes + VALUES(input_bytes), output_bytes = output_bytes + VALUES(output_bytes),
            sessions = sessions + VALUES(sessions);
      END IF;
      SET used_in = used_in - part_in, used_out = used_out - part_out, began = 0, from_time = midnight, one_day = one_day + INTERVAL 1 DAY;
    END WHILE;
    IF used_in > 0 OR used_out > 0 OR began <> 0 THEN
      INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
        VALUES (last_day, NEW.username, NEW.router_id, used_in, used_out, began)
        ON DUPLICATE KEY UPDATE input_bytes = input_bytes + VALUES(input_bytes), output_bytes = output_bytes + VALUES(output_bytes),
          sessions = sessions + VALUES(sessions);
    END IF;
  END IF;
END//
DELIMITER ;
