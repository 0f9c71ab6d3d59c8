-- One ISP's business. The RADIUS tables of 0001 are written in the same transactions as these.

CREATE TABLE settings (
  id TINYINT UNSIGNED NOT NULL PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  name VARCHAR(120) NOT NULL,
  phone VARCHAR(32) NULL,
  address VARCHAR(255) NULL,
  timezone VARCHAR(64) NOT NULL,
  currency CHAR(3) NOT NULL,
  locale VARCHAR(8) NOT NULL,
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
);

CREATE TABLE staff (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(120) NOT NULL,
  email VARCHAR(190) NOT NULL,
  password_hash VARCHAR(255) NULL,
  role VARCHAR(32) NOT NULL,
  locale VARCHAR(8) NOT NULL DEFAULT 'id',
  active BOOLEAN NOT NULL DEFAULT TRUE,
  two_factor_secret_enc VARCHAR(512) NULL,
  two_factor_enabled_at DATETIME(3) NULL,
  two_factor_last_step BIGINT UNSIGNED NULL COMMENT 'TOTP step last accepted: a code works once (RFC 6238 5.2)',
  recovery_code_hashes JSON NULL,
  session_version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'raised to end every session at once',
  failed_logins INT UNSIGNED NOT NULL DEFAULT 0,
  locked_until DATETIME(3) NULL,
  last_login_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY staff_email (email),
  KEY staff_role (role, active)
);

-- What the owner changed about a role. A role without a row has the permissions Jala ships.
CREATE TABLE role_permissions (
  role VARCHAR(32) NOT NULL PRIMARY KEY,
  permissions JSON NOT NULL,
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
);

CREATE TABLE refresh_tokens (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT UNSIGNED NOT NULL,
  family CHAR(32) NOT NULL COMMENT 'one login; reuse of a rotated token ends the family',
  token_hash BINARY(32) NOT NULL,
  replaced_by_hash BINARY(32) NULL,
  rotated_at DATETIME(3) NULL,
  revoked_at DATETIME(3) NULL,
  expires_at DATETIME(3) NOT NULL,
  session_started_at DATETIME(3) NOT NULL,
  ip VARCHAR(45) NULL,
  user_agent VARCHAR(255) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY refresh_tokens_hash (token_hash),
  KEY refresh_tokens_account (account_id, revoked_at),
  KEY refresh_tokens_family (family),
  KEY refresh_tokens_expiry (expires_at)
);

CREATE TABLE password_resets (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT UNSIGNED NOT NULL,
  token_hash BINARY(32) NOT NULL,
  purpose VARCHAR(16) NOT NULL DEFAULT 'reset',
  expires_at DATETIME(3) NOT NULL,
  used_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY password_resets_hash (token_hash),
  KEY password_resets_account (account_id, used_at)
);

CREATE TABLE service_plans (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  download_bps BIGINT UNSIGNED NOT NULL,
  upload_bps BIGINT UNSIGNED NOT NULL,
  price_minor BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  validity_value SMALLINT UNSIGNED NULL COMMENT 'NULL: does not expire by itself',
  validity_unit VARCHAR(8) NULL,
  quota_bytes BIGINT UNSIGNED NULL COMMENT 'NULL: no limit',
  shared_users SMALLINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'devices online at once with one account',
  description VARCHAR(500) NULL,
  active BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'inactive plans are not sold any more',
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY service_plans_name (name)
);

CREATE TABLE customers (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  username VARCHAR(64) NOT NULL,
  name VARCHAR(120) NOT NULL,
  phone VARCHAR(32) NULL COMMENT 'E.164',
  email VARCHAR(190) NULL,
  address VARCHAR(255) NULL,
  service_type VARCHAR(8) NOT NULL,
  service_plan_id BIGINT UNSIGNED NOT NULL,
  status VARCHAR(16) NOT NULL DEFAULT 'active',
  anchor_at DATETIME(3) NOT NULL COMMENT 'month ends are computed from this instant, never from the previous end',
  expires_at DATETIME(3) NULL,
  suspended_reason VARCHAR(255) NULL,
  notes VARCHAR(1000) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY customers_username (username),
  KEY customers_status (status, id),
  KEY customers_plan (service_plan_id, id),
  KEY customers_name (name),
  KEY customers_phone (phone),
  KEY customers_created (created_at),
  KEY customers_expiry (status, expires_at),
  CONSTRAINT customers_plan_fk FOREIGN KEY (service_plan_id) REFERENCES service_plans (id)
);

CREATE TABLE routers (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(120) NOT NULL,
  address VARCHAR(45) NOT NULL COMMENT 'canonical; the address its RADIUS packets come from',
  secret_enc VARCHAR(512) NOT NULL,
  registry_id BIGINT UNSIGNED NOT NULL COMMENT 'its row in the platform''s router registry',
  require_message_authenticator BOOLEAN NOT NULL DEFAULT FALSE,
  coa_port SMALLINT UNSIGNED NOT NULL DEFAULT 3799,
  location VARCHAR(190) NULL,
  notes VARCHAR(1000) NULL,
  published_at DATETIME(3) NULL COMMENT 'when FreeRADIUS last learned of its present address and secret',
  publish_error VARCHAR(500) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY routers_name (name),
  UNIQUE KEY routers_address (address)
);

CREATE TABLE activity_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  actor_kind VARCHAR(16) NOT NULL,
  actor_id BIGINT UNSIGNED NULL,
  actor_name VARCHAR(120) NOT NULL,
  actor_role VARCHAR(32) NOT NULL,
  action VARCHAR(64) NOT NULL,
  subject_type VARCHAR(32) NOT NULL,
  subject_id BIGINT UNSIGNED NULL,
  subject_label VARCHAR(190) NOT NULL,
  before_values JSON NULL,
  after_values JSON NULL,
  ip VARCHAR(45) NULL,
  request_id VARCHAR(64) NULL,
  KEY activity_log_at (at),
  KEY activity_log_action (action, at),
  KEY activity_log_actor (actor_kind, actor_id, at),
  KEY activity_log_subject (subject_type, subject_id, at)
);

-- Side effects that a committed change still owes the world. A row lives until its job has been done.
CREATE TABLE outbox (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  job VARCHAR(64) NOT NULL,
  payload JSON NOT NULL,
  run_at DATETIME(3) NULL COMMENT 'not before',
  handed_at DATETIME(3) NULL COMMENT 'last handed to the queue',
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  failed_at DATETIME(3) NULL COMMENT 'gave up; kept for a person to see and retry',
  error VARCHAR(500) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  KEY outbox_due (failed_at, handed_at, id)
);

CREATE TABLE idempotency_keys (
  actor_key VARCHAR(64) NOT NULL COMMENT 'audience and account: one caller cannot read another caller''s answer',
  idempotency_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_hash BINARY(32) NOT NULL,
  status SMALLINT UNSIGNED NULL COMMENT 'NULL while the first request is still running',
  body_enc MEDIUMTEXT NULL COMMENT 'answers may hold generated passwords',
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (actor_key, idempotency_key),
  KEY idempotency_keys_age (created_at)
);
