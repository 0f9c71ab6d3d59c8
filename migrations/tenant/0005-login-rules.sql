-- What else a login is held to, and quotas that begin anew every day, week or month of the tenant's own zone.

ALTER TABLE raduser
  ADD COLUMN time_quota_s INT UNSIGNED DEFAULT NULL COMMENT 'online time; null: no limit' AFTER used_bytes,
  ADD COLUMN used_seconds BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'counted as used_bytes' AFTER time_quota_s,
  ADD COLUMN quota_window ENUM('total', 'day', 'week', 'month') NOT NULL DEFAULT 'total' COMMENT 'what the quotas and fair use are for' AFTER used_seconds,
  ADD COLUMN used_window ENUM('total', 'day', 'week', 'month') NOT NULL DEFAULT 'total' COMMENT 'what used_bytes and used_seconds were counted for; another than quota_window: nothing is used yet' AFTER quota_window,
  ADD COLUMN used_until DATETIME DEFAULT NULL COMMENT 'end of that window; from then on nothing is used' AFTER used_window,
  ADD COLUMN mac_auth BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'the user name is a device address, and that is enough' AFTER mac,
  ADD COLUMN first_mac VARCHAR(50) DEFAULT NULL COMMENT 'the device of the first login' AFTER first_login_at,
  ADD COLUMN device_slots SMALLINT UNSIGNED DEFAULT NULL COMMENT 'how many devices may ever connect; null: any; 0: only those in devices' AFTER mac_auth,
  ADD COLUMN max_usage SMALLINT UNSIGNED DEFAULT NULL COMMENT 'voucher: how many devices may use it' AFTER device_slots,
  ADD COLUMN devices VARCHAR(2048) CHARACTER SET ascii NOT NULL DEFAULT '' COMMENT 'addresses AA:BB:CC:DD:EE:FF with commas between' AFTER max_usage,
  ADD COLUMN login_hours VARCHAR(253) CHARACTER SET ascii DEFAULT NULL COMMENT 'key of the table login_hours; null: always' AFTER session_s,
  ADD COLUMN address_list VARCHAR(64) DEFAULT NULL COMMENT 'Mikrotik-Address-List' AFTER framed_ip,
  ADD COLUMN ipv6_pool VARCHAR(64) DEFAULT NULL COMMENT 'Framed-IPv6-Pool' AFTER address_list,
  ADD COLUMN delegated_ipv6_pool VARCHAR(64) DEFAULT NULL COMMENT 'Mikrotik-Delegated-IPv6-Pool' AFTER ipv6_pool,
  ADD COLUMN framed_ipv6_prefix VARCHAR(43) CHARACTER SET ascii DEFAULT NULL AFTER delegated_ipv6_pool,
  ADD COLUMN delegated_ipv6_prefix VARCHAR(43) CHARACTER SET ascii DEFAULT NULL AFTER framed_ipv6_prefix;

-- The tenant's zone for the database, which knows no zones: from when on which distance to UTC. Written by libs/radius whenever
-- something depends on it.
CREATE TABLE zone_offsets (
  from_at DATETIME NOT NULL COMMENT 'UTC',
  offset_s INT NOT NULL COMMENT 'local time minus UTC',
  PRIMARY KEY (from_at)
) ENGINE = InnoDB;

-- Spans of the week, in seconds since Monday 00:00 local time. A span over the end of the week ends after 604800.
CREATE TABLE login_hours (
  hours VARCHAR(253) CHARACTER SET ascii NOT NULL COMMENT 'as people write it: Wk0800-1700,Sa',
  from_s INT UNSIGNED NOT NULL,
  to_s INT UNSIGNED NOT NULL,
  PRIMARY KEY (hours, from_s)
) ENGINE = InnoDB;

DROP TRIGGER radacct_usage_insert;
DROP TRIGGER radacct_usage_update;

-- Counters of a session only grow, so the difference is what was used since the packet before, however often a packet is
-- repeated. It counts for the window in which the packet was sent; one that comes late does not count for today.
DELIMITER //
CREATE TRIGGER radacct_usage_insert AFTER INSERT ON radacct FOR EACH ROW
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
      -- The clocks may have changed until then.
      SET ends = ends - INTERVAL COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= ends - INTERVAL shift SECOND ORDER BY from_at DESC LIMIT 1), shift) SECOND;
      UPDATE raduser SET
        used_bytes = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN bytes WHEN used_until = ends THEN used_bytes + bytes ELSE used_bytes END,
        used_seconds = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN seconds WHEN used_until = ends THEN used_seconds + seconds ELSE used_seconds END,
        used_until = IF(used_window = kind AND used_until > ends, used_until, ends),
        used_window = kind
      WHERE username = NEW.username;
    END IF;
  END IF;
END//

CREATE TRIGGER radacct_usage_update AFTER UPDATE ON radacct FOR EACH ROW
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
      SET ends = ends - INTERVAL COALESCE((SELECT offset_s FROM zone_offsets WHERE from_at <= ends - INTERVAL shift SECOND ORDER BY from_at DESC LIMIT 1), shift) SECOND;
      UPDATE raduser SET
        used_bytes = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN bytes WHEN used_until = ends THEN used_bytes + bytes ELSE used_bytes END,
        used_seconds = CASE WHEN used_window <> kind OR used_until IS NULL OR used_until < ends THEN seconds WHEN used_until = ends THEN used_seconds + seconds ELSE used_seconds END,
        used_until = IF(used_window = kind AND used_until > ends, used_until, ends),
        used_window = kind
      WHERE username = NEW.username;
    END IF;
  END IF;
END//
DELIMITER ;

-- What a plan says of it.
ALTER TABLE service_plans
  ADD COLUMN time_quota_seconds INT UNSIGNED NULL COMMENT 'online time; NULL: no limit' AFTER quota_bytes,
  ADD COLUMN quota_window VARCHAR(8) NOT NULL DEFAULT 'total' COMMENT 'total, day, week, month' AFTER time_quota_seconds,
  ADD COLUMN burst JSON NULL AFTER quota_window,
  ADD COLUMN fup_bytes BIGINT UNSIGNED NULL COMMENT 'from here on the fair-use rates apply' AFTER burst,
  ADD COLUMN fup_download_bps BIGINT UNSIGNED NULL AFTER fup_bytes,
  ADD COLUMN fup_upload_bps BIGINT UNSIGNED NULL AFTER fup_download_bps,
  ADD COLUMN session_seconds INT UNSIGNED NULL COMMENT 'longest single session' AFTER shared_users,
  ADD COLUMN idle_seconds INT UNSIGNED NULL AFTER session_seconds,
  ADD COLUMN interim_seconds SMALLINT UNSIGNED NOT NULL DEFAULT 300 AFTER idle_seconds,
  ADD COLUMN login_hours VARCHAR(253) NULL AFTER interim_seconds,
  ADD COLUMN pool VARCHAR(64) NULL AFTER login_hours,
  ADD COLUMN ipv6_pool VARCHAR(64) NULL AFTER pool,
  ADD COLUMN delegated_ipv6_pool VARCHAR(64) NULL AFTER ipv6_pool,
  ADD COLUMN address_list VARCHAR(64) NULL AFTER delegated_ipv6_pool,
  ADD COLUMN device_slots SMALLINT UNSIGNED NULL COMMENT 'devices remembered for each account; NULL: any; 1: only the first' AFTER address_list;
