-- Where the clocks go forward at midnight (Cairo, Beirut, Santiago), the day begins at the change: its 00:00 does not exist, and
-- reckoned with the new distance to UTC it would come an hour before the old day is over. A quota of that day was then forgotten
-- an hour early. The four triggers are those of 0005 and 0007 but for that; in the same order, which they rely on.

DELIMITER //
CREATE OR REPLACE TRIGGER radacct_usage_insert AFTER INSERT ON radacct FOR EACH ROW
BEGIN
  DECLARE bytes BIGINT DEFAULT COALESCE(NEW.acctinputoctets, 0) + COALESCE(NEW.acctoutputoctets, 0);
  DECLARE seconds BIGINT DEFAULT COALESCE(NEW.acctsessiontime, 0);
  DECLARE kind VARCHAR(5) DEFAULT NULL;
  DECLARE at_time DATETIME DEFAULT COALESCE(NEW.acctupdatetime, UTC_TIMESTAMP());
  DECLARE shift INT DEFAULT 0;
  DECLARE ends DATETIME DEFAULT NULL;
  IF bytes > 0 OR seconds > 0 THEN
    SET kind = (SELECT quota_window FROM raduser WHERE username = NEW.username AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL OR time_quota_s IS NOT NULL));
    IF kind = 'total' THEN
      UPDATE raduser SET
        used_bytes = IF(used_window = 'total', used_bytes, 0) + bytes,
        used_seconds = IF(used_window = 'total', used_seconds, 0) + seconds,
        used_window = 'total', used_until = NULL
      WHERE username = NEW.username;
    ELSEIF kind IS NOT NULL THEN
      SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= at_time ORDER BY from_at DESC LIMIT 1), 0);
      SET ends = DATE(at_time + INTERVAL shift SECOND);
      SET ends = CASE kind WHEN 'day' THEN ends + INTERVAL 1 DAY WHEN 'week' THEN ends + INTERVAL 7 - WEEKDAY(ends) DAY ELSE LAST_DAY(ends) + INTERVAL 1 DAY END;
      -- The clocks may change until then.
      SET ends = COALESCE(
        (SELECT GREATEST(ends - INTERVAL offset_s SECOND, from_at) FROM zone_offsets WHERE from_at <= ends - INTERVAL shift SECOND ORDER BY from_at DESC LIMIT 1),
        ends - INTERVAL shift SECOND);
      UPDATE raduser SET
        used_bytes = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN bytes WHEN used_until = ends THEN used_bytes + bytes ELSE used_bytes END,
        used_seconds = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN seconds WHEN used_until = ends THEN used_seconds + seconds ELSE used_seconds END,
        used_until = IF(used_window = kind AND used_until > ends, used_until, ends),
        used_window = kind
      WHERE username = NEW.username;
    END IF;
  END IF;
END//

CREATE OR REPLACE TRIGGER radacct_usage_update AFTER UPDATE ON radacct FOR EACH ROW
BEGIN
  DECLARE bytes BIGINT DEFAULT GREATEST(COALESCE(NEW.acctinputoctets, 0) - COALESCE(OLD.acctinputoctets, 0), 0)
    + GREATEST(COALESCE(NEW.acctoutputoctets, 0) - COALESCE(OLD.acctoutputoctets, 0), 0);
  DECLARE seconds BIGINT DEFAULT GREATEST(COALESCE(NEW.acctsessiontime, 0) - COALESCE(OLD.acctsessiontime, 0), 0);
  DECLARE kind VARCHAR(5) DEFAULT NULL;
  DECLARE at_time DATETIME DEFAULT COALESCE(NEW.acctupdatetime, UTC_TIMESTAMP());
  DECLARE shift INT DEFAULT 0;
  DECLARE ends DATETIME DEFAULT NULL;
  IF bytes > 0 OR seconds > 0 THEN
    SET kind = (SELECT quota_window FROM raduser WHERE username = NEW.username AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL OR time_quota_s IS NOT NULL));
    IF kind = 'total' THEN
      UPDATE raduser SET
        used_bytes = IF(used_window = 'total', used_bytes, 0) + bytes,
        used_seconds = IF(used_window = 'total', used_seconds, 0) + seconds,
        used_window = 'total', used_until = NULL
      WHERE username = NEW.username;
    ELSEIF kind IS NOT NULL THEN
      SET shift = COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= at_time ORDER BY from_at DESC LIMIT 1), 0);
      SET ends = DATE(at_time + INTERVAL shift SECOND);
      SET ends = CASE kind WHEN 'day' THEN ends + INTERVAL 1 DAY WHEN 'week' THEN ends + INTERVAL 7 - WEEKDAY(ends) DAY ELSE LAST_DAY(ends) + INTERVAL 1 DAY END;
      -- The clocks may change until then.
      SET ends = COALESCE(
        (SELECT GREATEST(ends - INTERVAL offset_s SECOND, from_at) FROM zone_offsets WHERE from_at <= ends - INTERVAL shift SECOND ORDER BY from_at DESC LIMIT 1),
        ends - INTERVAL shift SECOND);
      UPDATE raduser SET
        used_bytes = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN bytes WHEN used_until = ends THEN used_bytes + bytes ELSE used_bytes END,
        used_seconds = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN seconds WHEN used_until = ends THEN used_seconds + seconds ELSE used_seconds END,
        used_until = IF(used_window = kind AND used_until > ends, used_until, ends),
        used_window = kind
      WHERE username = NEW.username;
    END IF;
  END IF;
END//

CREATE OR REPLACE TRIGGER radacct_daily_insert AFTER INSERT ON radacct FOR EACH ROW
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
  END IF;
END//

CREATE OR REPLACE TRIGGER radacct_daily_update AFTER UPDATE ON radacct FOR EACH ROW
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
  END IF;
END//
DELIMITER ;
