-- Everything a login asks for stands in one row of raduser (docs/decisions/0059): a join of radcheck and a count of sessions
-- cost the database more than the row itself.

ALTER TABLE raduser
  ADD COLUMN password VARCHAR(506) DEFAULT NULL COMMENT 'the managed Cleartext-Password of radcheck as FreeRADIUS reads it, backslashes doubled; kept by triggers',
  ADD COLUMN open_sessions INT NOT NULL DEFAULT 0 COMMENT 'rows of radacct without acctstoptime, dead ones too; kept by triggers. May be too high, never too low',
  ADD COLUMN further_rules BOOLEAN AS (
    login_hours IS NOT NULL OR max_usage IS NOT NULL OR device_slots IS NOT NULL OR mac_auth
      OR address_list IS NOT NULL OR ipv6_pool IS NOT NULL OR delegated_ipv6_pool IS NOT NULL
      OR framed_ipv6_prefix IS NOT NULL OR delegated_ipv6_prefix IS NOT NULL OR COALESCE(used_bytes >= fup_bytes, FALSE)
  ) PERSISTENT COMMENT 'there is more to ask for at a login; may say so once too often',
  ADD COLUMN counted_until DATETIME AS (IF(used_window = quota_window, COALESCE(used_until, TIMESTAMP'9999-12-31 00:00:00'), NULL)) PERSISTENT
    COMMENT 'from then on nothing is used yet, and already now when NULL',
  ADD COLUMN bytes_left BIGINT AS (CAST(quota_bytes AS SIGNED) - CAST(LEAST(used_bytes, quota_bytes) AS SIGNED)) PERSISTENT
    COMMENT 'of quota_bytes until counted_until',
  ADD COLUMN seconds_left BIGINT AS (CAST(time_quota_s AS SIGNED) - CAST(LEAST(used_seconds, time_quota_s) AS SIGNED)) PERSISTENT
    COMMENT 'of time_quota_s until counted_until';

UPDATE raduser u SET
  password = (SELECT REPLACE(MIN(c.value), '\\', '\\\\') FROM radcheck c
    WHERE c.username = u.username AND c.jala_managed = 1 AND c.attribute = 'Cleartext-Password'),
  open_sessions = (SELECT COUNT(*) FROM radacct a WHERE a.username = u.username AND a.acctstoptime IS NULL);

DELIMITER //
CREATE OR REPLACE TRIGGER radcheck_operator_insert AFTER INSERT ON radcheck FOR EACH ROW
BEGIN
  IF NEW.jala_managed = 0 THEN
    UPDATE raduser SET operator_rows = TRUE WHERE username = NEW.username;
  ELSEIF NEW.attribute = 'Cleartext-Password' THEN
    UPDATE raduser SET password = REPLACE(NEW.value, '\\', '\\\\') WHERE username = NEW.username;
  END IF;
END//

CREATE OR REPLACE TRIGGER radcheck_operator_update AFTER UPDATE ON radcheck FOR EACH ROW
BEGIN
  IF OLD.jala_managed = 1 AND OLD.attribute = 'Cleartext-Password'
    AND (NEW.jala_managed = 0 OR NEW.attribute <> 'Cleartext-Password' OR NEW.username <> OLD.username) THEN
    UPDATE raduser SET password = NULL WHERE username = OLD.username;
  END IF;
  IF NEW.jala_managed = 0 THEN
    UPDATE raduser SET operator_rows = TRUE WHERE username = NEW.username;
  ELSEIF NEW.attribute = 'Cleartext-Password' THEN
    UPDATE raduser SET password = REPLACE(NEW.value, '\\', '\\\\') WHERE username = NEW.username;
  END IF;
END//

CREATE OR REPLACE TRIGGER radcheck_password_delete AFTER DELETE ON radcheck FOR EACH ROW
BEGIN
  IF OLD.jala_managed = 1 AND OLD.attribute = 'Cleartext-Password' THEN
    UPDATE raduser SET password = NULL WHERE username = OLD.username;
  END IF;
END//
DELIMITER ;

DELIMITER //
-- The lock of the raduser row puts these in one order; a count would not see what another transaction has not committed yet.
CREATE OR REPLACE TRIGGER radacct_open_insert AFTER INSERT ON radacct FOR EACH ROW
BEGIN
  IF NEW.acctstoptime IS NULL THEN
    UPDATE raduser SET open_sessions = open_sessions + 1 WHERE username = NEW.username;
  END IF;
END//

CREATE OR REPLACE TRIGGER radacct_open_update AFTER UPDATE ON radacct FOR EACH ROW
BEGIN
  IF (NEW.acctstoptime IS NULL) <> (OLD.acctstoptime IS NULL) THEN
    UPDATE raduser SET open_sessions = open_sessions + IF(NEW.acctstoptime IS NULL, 1, -1) WHERE username = NEW.username;
  END IF;
END//

CREATE OR REPLACE TRIGGER radacct_open_delete AFTER DELETE ON radacct FOR EACH ROW
BEGIN
  IF OLD.acctstoptime IS NULL THEN
    UPDATE raduser SET open_sessions = open_sessions - 1 WHERE username = OLD.username;
  END IF;
END//
DELIMITER ;
