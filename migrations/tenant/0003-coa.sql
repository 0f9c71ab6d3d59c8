-- What routers were asked to do with running sessions (RFC 5176), and what they said.

-- One row for each try. It names the session itself, because radacct rows move to the archive.
CREATE TABLE coa_attempts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  radacctid BIGINT NOT NULL,
  acctsessionid VARCHAR(64) NOT NULL,
  username VARCHAR(64) NOT NULL,
  router_id BIGINT UNSIGNED NOT NULL,
  nasipaddress VARCHAR(45) NOT NULL,
  kind ENUM('disconnect', 'change') NOT NULL,
  reason VARCHAR(32) NOT NULL,
  requested_by VARCHAR(120) NULL COMMENT 'the person who pressed the button; NULL: a rule of Jala',
  try SMALLINT UNSIGNED NOT NULL COMMENT 'counts from 1; each try is several packets',
  last_try BOOLEAN NOT NULL COMMENT 'no further try follows by itself',
  packets SMALLINT UNSIGNED NOT NULL COMMENT 'how often the packet was sent; 0: the router is not known any more',
  answer ENUM('ack', 'nak', 'timeout', 'unknown_router') NOT NULL,
  error_cause SMALLINT UNSIGNED NULL COMMENT 'RFC 5176 section 3.5',
  sent_attributes JSON NOT NULL COMMENT 'by name; no secrets are ever in it',
  sent_at DATETIME(3) NOT NULL,
  answered_at DATETIME(3) NULL,
  KEY coa_attempts_session (radacctid, id),
  KEY coa_attempts_user (username, id),
  KEY coa_attempts_router (router_id, id),
  KEY coa_attempts_sent (sent_at)
);

-- Users whose running sessions must be looked at now. The worker empties it every second.
CREATE TABLE coa_due (
  username VARCHAR(64) NOT NULL PRIMARY KEY,
  reason VARCHAR(32) NOT NULL,
  noted_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
);

-- Whatever counts usage, a limit that is reached is noted in the same transaction. Above a quota every report notes it again,
-- so that a router that kept the session is asked again.
CREATE TRIGGER raduser_limit_reached AFTER UPDATE ON raduser FOR EACH ROW
  INSERT IGNORE INTO coa_due (username, reason)
  SELECT NEW.username, IF(NEW.quota_bytes IS NOT NULL AND NEW.used_bytes >= NEW.quota_bytes, 'quota-reached', 'fair-use-reached')
  FROM DUAL
  WHERE NEW.used_bytes > OLD.used_bytes
    AND ((NEW.quota_bytes IS NOT NULL AND NEW.used_bytes >= NEW.quota_bytes)
      OR (NEW.fup_bytes IS NOT NULL AND OLD.used_bytes < NEW.fup_bytes AND NEW.used_bytes >= NEW.fup_bytes));

-- "Disconnect all of this plan" and "of this router".
CREATE TABLE mass_disconnects (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  scope ENUM('service_plan', 'router') NOT NULL,
  scope_id BIGINT UNSIGNED NOT NULL,
  scope_name VARCHAR(120) NOT NULL,
  requested_by VARCHAR(120) NOT NULL,
  up_to_session BIGINT NOT NULL COMMENT 'sessions that began later are left alone',
  at_session BIGINT NOT NULL DEFAULT 0 COMMENT 'where to go on after an interruption',
  sessions INT UNSIGNED NOT NULL,
  ended INT UNSIGNED NOT NULL DEFAULT 0,
  failed INT UNSIGNED NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL,
  finished_at DATETIME(3) NULL
);
