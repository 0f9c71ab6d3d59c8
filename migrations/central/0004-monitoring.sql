-- What the platform knows about itself: what is wrong now, what was, and how the login that is tried every minute went.

CREATE TABLE alerts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(32) NOT NULL,
  subject VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'which one: a process, a database host',
  details JSON NOT NULL COMMENT 'numbers at the time it was raised',
  raised_at DATETIME(3) NOT NULL,
  resolved_at DATETIME(3) NULL,
  open_key VARCHAR(97) AS (IF(resolved_at IS NULL, CONCAT(kind, ':', subject), NULL)) STORED COMMENT 'one open alert for one thing',
  UNIQUE KEY alerts_open (open_key),
  KEY alerts_raised (raised_at)
);

CREATE TABLE probe_logins (
  at DATETIME(3) NOT NULL PRIMARY KEY,
  answer VARCHAR(8) NOT NULL COMMENT 'accept, reject, silent',
  latency_ms DECIMAL(7, 1) NULL COMMENT 'NULL: no answer',
  backlog_bytes BIGINT UNSIGNED NULL COMMENT 'accounting not stored yet; NULL: could not be seen',
  backlog_age_s INT UNSIGNED NULL
);
