-- What a report of a session costs. Every statement on a table opens and locks all tables that its triggers name, whether it comes
-- to them or not, and each line of a trigger costs as much as a small statement. So:
-- * One trigger for each event, whose common way is short: same day, same window. Everything else lies behind an IF.
-- * The archive, which is partitioned, is in none of them: a session that is heard of after it was archived is taken back by a
--   statement of its own (radacct_returns), before the report is stored.
-- Besides usage by day (0007, 0014), quotas (0005, 0014) and reused ids (0013), they keep raduser.open_sessions (0015).

DROP TRIGGER IF EXISTS radacct_archived_before;
DROP TRIGGER IF EXISTS radacct_reused_id;
DROP TRIGGER IF EXISTS radacct_usage_insert;
DROP TRIGGER IF EXISTS radacct_usage_update;
DROP TRIGGER IF EXISTS radacct_daily_insert;
DROP TRIGGER IF EXISTS radacct_daily_update;
DROP TRIGGER IF EXISTS radacct_open_insert;
DROP TRIGGER IF EXISTS radacct_open_update;

-- Sessions that came back from the archive. The archive leaves them alone for a while.
CREATE TABLE radacct_returns (
  acctuniqueid VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  acctstarttime DATETIME NOT NULL COMMENT 'what the report says',
  returned_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (acctuniqueid),
  KEY radacct_returns_age (returned_at)
);

DELIMITER //

-- Whoever stores a report of a session that is not in radacct and began more than three weeks ago inserts its key here first: if
-- the session was archived, it is in radacct again, where it goes on from where it was. What it had was counted in its time, which
-- @jala_returning tells the trigger below. Of several sessions that had the id one after the other (radacct_insert_before), the one
-- that began when this one did.
CREATE OR REPLACE TRIGGER radacct_returns_insert BEFORE INSERT ON radacct_returns FOR EACH ROW
BEGIN
  DECLARE candidate VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NEW.acctuniqueid;
  DECLARE known BOOLEAN DEFAULT TRUE;
  DECLARE archived BIGINT DEFAULT NULL;
  DECLARE step TINYINT UNSIGNED DEFAULT 0;
  WHILE known AND step < 100 DO
    SET known = EXISTS (SELECT 1 FROM radacct WHERE acctuniqueid = candidate);
    IF NOT known THEN
      SET archived = (SELECT radacctid FROM radacct_archive WHERE acctuniqueid = candidate
        ORDER BY ABS(TIMESTAMPDIFF(SECOND, acctstarttime, NEW.acctstarttime)) LIMIT 1);
      IF archived IS NOT NULL THEN
        SET known = TRUE, @jala_returning = candidate;
        INSERT INTO radacct SELECT * FROM radacct_archive WHERE radacctid = archived;
        SET @jala_returning = NULL;
        DELETE FROM radacct_archive WHERE radacctid = archived;
      END IF;
    END IF;
    SET candidate = MD5(CONCAT(candidate, '+')), step = step + 1;
  END WHILE;
END//

-- A router that does not repeat our Class is known by its Acct-Session-Id, which it may use again for the same user. Two sessions
-- of one id do not overlap, so the time tells them apart, whatever the order in which their packets come: a packet belongs to
-- another session when it begins after everything that was heard of the one that is stored, or ends before that began. What
-- belongs to another goes on to the next key, which is made from the one before, until it finds its own or a free one.
--
-- Two minutes is what packets may be late without saying so. A Start says nothing about an open session: it may be a copy, and the
-- next report tells. A packet without Acct-Session-Time does not say when its session began, and is left where it is.
CREATE OR REPLACE TRIGGER radacct_insert_before BEFORE INSERT ON radacct FOR EACH ROW
IF COALESCE(NEW.class, '') NOT LIKE 'jala:%' AND NOT NEW.acctuniqueid <=> @jala_returning
  AND (NEW.acctsessiontime > 0 OR COALESCE(NEW.acctinputoctets, 0) + COALESCE(NEW.acctoutputoctets, 0) = 0) THEN
BEGIN
  DECLARE is_other BOOLEAN DEFAULT TRUE;
  DECLARE step TINYINT UNSIGNED DEFAULT 0;
  WHILE is_other AND step < 100 DO
    SET is_other = COALESCE((
      SELECT NEW.acctupdatetime < acctstarttime - INTERVAL 120 SECOND
        OR ((NEW.acctsessiontime > 0 OR acctstoptime IS NOT NULL)
          AND NEW.acctstarttime > acctstarttime + INTERVAL COALESCE(acctsessiontime, 0) + 120 SECOND
          AND (acctstoptime IS NULL OR acctterminatecause IN ('Missed-Interim', 'NAS-Reboot') OR NEW.acctstarttime > acctstoptime + INTERVAL 120 SECOND))
      FROM radacct WHERE acctuniqueid = NEW.acctuniqueid), FALSE);
    IF is_other THEN
      SET NEW.acctuniqueid = MD5(CONCAT(NEW.acctuniqueid, '+')), step = step + 1;
    END IF;
  END WHILE;
END;
END IF//

-- Counters of a session only grow: the difference is what was used since the report before, however often a report is repeated. For a
-- quota it counts in the window in which the report was sent; by day, it belongs to the days in which it was used: when midnight
-- (the tenant's) lies between two reports, each day gets its share of the time, the last one the rest.
CREATE OR REPLACE TRIGGER radacct_insert_after AFTER INSERT ON radacct FOR EACH ROW
BEGIN
  DECLARE used_in BIGINT DEFAULT COALESCE(NEW.acctinputoctets, 0);
  DECLARE used_out BIGINT DEFAULT COALESCE(NEW.acctoutputoctets, 0);
  DECLARE used_s BIGINT DEFAULT COALESCE(NEW.acctsessiontime, 0);
  DECLARE shift INT DEFAULT 0;
  IF NEW.acctstoptime IS NULL THEN
    UPDATE raduser SET open_sessions = open_sessions + 1 WHERE username = NEW.username;
  END IF;
  IF (used_in > 0 OR used_out > 0 OR used_s > 0) AND NOT NEW.acctuniqueid <=> @jala_returning THEN
    -- Surely in the window that is being counted
    UPDATE raduser SET used_bytes = used_bytes + used_in + used_out, used_seconds = used_seconds + used_s
      WHERE username = NEW.username AND used_window = quota_window AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL OR time_quota_s IS NOT NULL)
        AND (quota_window = 'total' OR (NEW.acctupdatetime < used_until
          AND NEW.acctupdatetime >= used_until - INTERVAL CASE quota_window WHEN 'day' THEN 20 WHEN 'week' THEN 144 ELSE 648 END HOUR));
    IF ROW_COUNT() = 0 THEN
    BEGIN
      DECLARE kind VARCHAR(5) DEFAULT (SELECT quota_window FROM raduser WHERE username = NEW.username AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL OR time_quota_s IS NOT NULL));
      DECLARE at_time DATETIME DEFAULT COALESCE(NEW.acctupdatetime, UTC_TIMESTAMP());
      DECLARE ends DATETIME DEFAULT NULL;
      IF kind = 'total' THEN
        UPDATE raduser SET used_bytes = used_in + used_out, used_seconds = used_s, used_window = 'total', used_until = NULL WHERE username = NEW.username;
      ELSEIF kind IS NOT NULL THEN
        SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= at_time ORDER BY from_at DESC LIMIT 1), 0);
        SET ends = DATE(at_time + INTERVAL shift SECOND);
        SET ends = CASE kind WHEN 'day' THEN ends + INTERVAL 1 DAY WHEN 'week' THEN ends + INTERVAL 7 - WEEKDAY(ends) DAY ELSE LAST_DAY(ends) + INTERVAL 1 DAY END;
        -- The clocks may change until then.
        SET ends = COALESCE(
          (SELECT GREATEST(ends - INTERVAL offset_s SECOND, from_at) FROM zone_offsets WHERE from_at <= ends - INTERVAL shift SECOND ORDER BY from_at DESC LIMIT 1),
          ends - INTERVAL shift SECOND);
        UPDATE raduser SET
          used_bytes = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN used_in + used_out WHEN used_until = ends THEN used_bytes + used_in + used_out ELSE used_bytes END,
          used_seconds = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN used_s WHEN used_until = ends THEN used_seconds + used_s ELSE used_seconds END,
          used_until = IF(used_window = kind AND used_until > ends, used_until, ends),
          used_window = kind
        WHERE username = NEW.username;
      END IF;
    END;
    END IF;
  END IF;
  IF NOT NEW.acctuniqueid <=> @jala_returning THEN
    SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= NEW.acctupdatetime ORDER BY from_at DESC LIMIT 1), 0);
    IF DATE(NEW.acctstarttime + INTERVAL shift SECOND) = DATE(NEW.acctupdatetime + INTERVAL shift SECOND) THEN
      INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
        VALUES (DATE(NEW.acctupdatetime + INTERVAL shift SECOND), NEW.username, NEW.router_id, used_in, used_out, 1)
        ON DUPLICATE KEY UPDATE input_bytes = input_bytes + VALUES(input_bytes), output_bytes = output_bytes + VALUES(output_bytes), sessions = sessions + 1;
    ELSE
    BEGIN
      DECLARE began INT DEFAULT 1;
      DECLARE to_time DATETIME DEFAULT COALESCE(NEW.acctupdatetime, NEW.acctstarttime, UTC_TIMESTAMP());
      DECLARE from_time DATETIME DEFAULT COALESCE(NEW.acctstarttime, NEW.acctupdatetime, UTC_TIMESTAMP());
      DECLARE one_day, last_day DATE DEFAULT NULL;
      DECLARE midnight DATETIME DEFAULT NULL;
      DECLARE part_in, part_out BIGINT DEFAULT 0;
      DECLARE part_s, all_s INT DEFAULT 0;
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
        SELECT offset_s, GREATEST(TIMESTAMP(one_day + INTERVAL 1 DAY) - INTERVAL offset_s SECOND, from_at) INTO shift, midnight
          FROM zone_offsets WHERE from_at <= midnight ORDER BY from_at DESC LIMIT 1;
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
    END;
    END IF;
  END IF;
END//

CREATE OR REPLACE TRIGGER radacct_update_after AFTER UPDATE ON radacct FOR EACH ROW
BEGIN
  DECLARE used_in BIGINT DEFAULT GREATEST(COALESCE(NEW.acctinputoctets, 0) - COALESCE(OLD.acctinputoctets, 0), 0);
  DECLARE used_out BIGINT DEFAULT GREATEST(COALESCE(NEW.acctoutputoctets, 0) - COALESCE(OLD.acctoutputoctets, 0), 0);
  DECLARE used_s BIGINT DEFAULT GREATEST(COALESCE(NEW.acctsessiontime, 0) - COALESCE(OLD.acctsessiontime, 0), 0);
  DECLARE shift INT DEFAULT 0;
  IF NOT NEW.username <=> OLD.username THEN
    UPDATE raduser SET open_sessions = open_sessions - 1 WHERE username = OLD.username AND OLD.acctstoptime IS NULL;
    UPDATE raduser SET open_sessions = open_sessions + 1 WHERE username = NEW.username AND NEW.acctstoptime IS NULL;
  ELSEIF ISNULL(NEW.acctstoptime) <> ISNULL(OLD.acctstoptime) THEN
    UPDATE raduser SET open_sessions = open_sessions + IF(NEW.acctstoptime IS NULL, 1, -1) WHERE username = NEW.username;
  END IF;
  IF used_in > 0 OR used_out > 0 OR used_s > 0 THEN
    -- Surely in the window that is being counted
    UPDATE raduser SET used_bytes = used_bytes + used_in + used_out, used_seconds = used_seconds + used_s
      WHERE username = NEW.username AND used_window = quota_window AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL OR time_quota_s IS NOT NULL)
        AND (quota_window = 'total' OR (NEW.acctupdatetime < used_until
          AND NEW.acctupdatetime >= used_until - INTERVAL CASE quota_window WHEN 'day' THEN 20 WHEN 'week' THEN 144 ELSE 648 END HOUR));
    IF ROW_COUNT() = 0 THEN
    BEGIN
      DECLARE kind VARCHAR(5) DEFAULT (SELECT quota_window FROM raduser WHERE username = NEW.username AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL OR time_quota_s IS NOT NULL));
      DECLARE at_time DATETIME DEFAULT COALESCE(NEW.acctupdatetime, UTC_TIMESTAMP());
      DECLARE ends DATETIME DEFAULT NULL;
      IF kind = 'total' THEN
        UPDATE raduser SET used_bytes = used_in + used_out, used_seconds = used_s, used_window = 'total', used_until = NULL WHERE username = NEW.username;
      ELSEIF kind IS NOT NULL THEN
        SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= at_time ORDER BY from_at DESC LIMIT 1), 0);
        SET ends = DATE(at_time + INTERVAL shift SECOND);
        SET ends = CASE kind WHEN 'day' THEN ends + INTERVAL 1 DAY WHEN 'week' THEN ends + INTERVAL 7 - WEEKDAY(ends) DAY ELSE LAST_DAY(ends) + INTERVAL 1 DAY END;
        -- The clocks may change until then.
        SET ends = COALESCE(
          (SELECT GREATEST(ends - INTERVAL offset_s SECOND, from_at) FROM zone_offsets WHERE from_at <= ends - INTERVAL shift SECOND ORDER BY from_at DESC LIMIT 1),
          ends - INTERVAL shift SECOND);
        UPDATE raduser SET
          used_bytes = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN used_in + used_out WHEN used_until = ends THEN used_bytes + used_in + used_out ELSE used_bytes END,
          used_seconds = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN used_s WHEN used_until = ends THEN used_seconds + used_s ELSE used_seconds END,
          used_until = IF(used_window = kind AND used_until > ends, used_until, ends),
          used_window = kind
        WHERE username = NEW.username;
      END IF;
    END;
    END IF;
  END IF;
  IF used_in > 0 OR used_out > 0 THEN
    SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= NEW.acctupdatetime ORDER BY from_at DESC LIMIT 1), 0);
    IF DATE(OLD.acctupdatetime + INTERVAL shift SECOND) = DATE(NEW.acctupdatetime + INTERVAL shift SECOND) THEN
      INSERT INTO usage_daily (day, username, router_id, input_bytes, output_bytes, sessions)
        VALUES (DATE(NEW.acctupdatetime + INTERVAL shift SECOND), NEW.username, NEW.router_id, used_in, used_out, 0)
        ON DUPLICATE KEY UPDATE input_bytes = input_bytes + VALUES(input_bytes), output_bytes = output_bytes + VALUES(output_bytes);
    ELSE
    BEGIN
      DECLARE began INT DEFAULT 0;
      DECLARE to_time DATETIME DEFAULT COALESCE(NEW.acctupdatetime, NEW.acctstarttime, UTC_TIMESTAMP());
      DECLARE from_time DATETIME DEFAULT COALESCE(OLD.acctupdatetime, NEW.acctstarttime, UTC_TIMESTAMP());
      DECLARE one_day, last_day DATE DEFAULT NULL;
      DECLARE midnight DATETIME DEFAULT NULL;
      DECLARE part_in, part_out BIGINT DEFAULT 0;
      DECLARE part_s, all_s INT DEFAULT 0;
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
        SELECT offset_s, GREATEST(TIMESTAMP(one_day + INTERVAL 1 DAY) - INTERVAL offset_s SECOND, from_at) INTO shift, midnight
          FROM zone_offsets WHERE from_at <= midnight ORDER BY from_at DESC LIMIT 1;
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
    END;
    END IF;
  END IF;
END//

-- As 0008 has it; the INSERT is a statement of its own only when there is something to note.
CREATE OR REPLACE TRIGGER raduser_limit_reached AFTER UPDATE ON raduser FOR EACH ROW
IF (NEW.used_bytes > OLD.used_bytes OR NEW.used_seconds > OLD.used_seconds OR NOT NEW.used_until <=> OLD.used_until)
  AND NEW.used_window = NEW.quota_window
  AND (NEW.used_until IS NULL OR NEW.used_until > UTC_TIMESTAMP())
  AND (NEW.used_bytes >= NEW.quota_bytes
    OR NEW.used_seconds >= NEW.time_quota_s
    OR (NEW.used_bytes >= NEW.fup_bytes AND (OLD.used_bytes < NEW.fup_bytes OR NOT NEW.used_until <=> OLD.used_until))) THEN
  INSERT IGNORE INTO coa_due (username, reason)
    VALUES (NEW.username, IF(NEW.used_bytes >= NEW.quota_bytes OR NEW.used_seconds >= NEW.time_quota_s, 'quota-reached', 'fair-use-reached'));
END IF//
DELIMITER ;
