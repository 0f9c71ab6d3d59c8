-- Who runs the platform, which ISPs it serves, and where each of them lives.
-- Instants are UTC. Columns ending in _enc hold AES-256-GCM ciphertexts that name their key.

CREATE TABLE platform_users (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(120) NOT NULL,
  email VARCHAR(190) NOT NULL,
  password_hash VARCHAR(255) NULL,
  role VARCHAR(32) NOT NULL,
  locale VARCHAR(8) NOT NULL DEFAULT 'en',
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
  UNIQUE KEY platform_users_email (email)
);

CREATE TABLE plans (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  price_monthly_minor BIGINT NOT NULL,
  price_yearly_minor BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  max_routers INT UNSIGNED NULL COMMENT 'NULL: no limit',
  max_users INT UNSIGNED NULL COMMENT 'NULL: no limit',
  max_vouchers INT UNSIGNED NULL COMMENT 'NULL: no limit',
  features JSON NOT NULL,
  active BOOLEAN NOT NULL DEFAULT TRUE,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY plans_name (name)
);

CREATE TABLE db_hosts (
  name VARCHAR(32) NOT NULL PRIMARY KEY,
  host VARCHAR(190) NOT NULL,
  port SMALLINT UNSIGNED NOT NULL DEFAULT 3306,
  socket_path VARCHAR(190) NULL,
  tls_ca TEXT NULL COMMENT 'PEM; when set, connections use TLS and verify against it',
  admin_user VARCHAR(80) NOT NULL COMMENT 'may create databases and users, nothing else does',
  admin_password_enc VARCHAR(512) NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
);

CREATE TABLE tenants (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug VARCHAR(48) NOT NULL,
  name VARCHAR(120) NOT NULL,
  status VARCHAR(16) NOT NULL DEFAULT 'pending',
  db_host VARCHAR(32) NOT NULL DEFAULT 'default',
  db_name VARCHAR(64) NOT NULL,
  db_user VARCHAR(32) NULL COMMENT 'MySQL allows 32 characters',
  db_password_enc VARCHAR(512) NULL,
  schema_version INT UNSIGNED NULL,
  timezone VARCHAR(64) NOT NULL DEFAULT 'Asia/Jakarta',
  currency CHAR(3) NOT NULL DEFAULT 'IDR',
  locale VARCHAR(8) NOT NULL DEFAULT 'id',
  owner_name VARCHAR(120) NOT NULL,
  owner_email VARCHAR(190) NOT NULL,
  owner_password_hash VARCHAR(255) NULL COMMENT 'kept only until the owner account exists',
  failed_step VARCHAR(32) NULL,
  failed_reason VARCHAR(500) NULL,
  suspended_reason VARCHAR(500) NULL,
  ready_at DATETIME(3) NULL,
  suspended_at DATETIME(3) NULL,
  archived_at DATETIME(3) NULL,
  export_path VARCHAR(255) NULL COMMENT 'relative to the data folder',
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY tenants_slug (slug),
  UNIQUE KEY tenants_database (db_host, db_name),
  UNIQUE KEY tenants_db_user (db_host, db_user),
  KEY tenants_status (status, id),
  CONSTRAINT tenants_db_host FOREIGN KEY (db_host) REFERENCES db_hosts (name)
);

CREATE TABLE domains (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id BIGINT UNSIGNED NOT NULL,
  host VARCHAR(190) NOT NULL COMMENT 'lower case, no port',
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY domains_host (host),
  KEY domains_tenant (tenant_id),
  CONSTRAINT domains_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE TABLE tenant_subscriptions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id BIGINT UNSIGNED NOT NULL,
  plan_id BIGINT UNSIGNED NOT NULL,
  billing_period VARCHAR(8) NOT NULL DEFAULT 'monthly',
  started_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  current_tenant_id BIGINT UNSIGNED AS (IF(ended_at IS NULL, tenant_id, NULL)) STORED COMMENT 'at most one running subscription a tenant',
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY tenant_subscriptions_current (current_tenant_id),
  KEY tenant_subscriptions_tenant (tenant_id, started_at),
  KEY tenant_subscriptions_plan (plan_id),
  CONSTRAINT tenant_subscriptions_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT tenant_subscriptions_plan_fk FOREIGN KEY (plan_id) REFERENCES plans (id)
);

CREATE TABLE provisioning_steps (
  tenant_id BIGINT UNSIGNED NOT NULL,
  name VARCHAR(32) NOT NULL,
  position TINYINT UNSIGNED NOT NULL,
  status VARCHAR(16) NOT NULL DEFAULT 'pending',
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  error VARCHAR(500) NULL,
  started_at DATETIME(3) NULL,
  finished_at DATETIME(3) NULL,
  PRIMARY KEY (tenant_id, name),
  CONSTRAINT provisioning_steps_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- Which source address belongs to which tenant. RADIUS trusts nothing else.
CREATE TABLE router_registry (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tenant_id BIGINT UNSIGNED NOT NULL,
  router_id BIGINT UNSIGNED NULL COMMENT 'id in the tenant database; NULL while the claim is not confirmed',
  name VARCHAR(120) NOT NULL,
  address VARCHAR(45) NOT NULL COMMENT 'canonical: dotted quad or RFC 5952',
  secret_enc VARCHAR(512) NOT NULL,
  require_message_authenticator BOOLEAN NOT NULL DEFAULT FALSE,
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  published_at DATETIME(3) NULL,
  publish_error VARCHAR(500) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY router_registry_address (address),
  KEY router_registry_tenant (tenant_id, router_id),
  CONSTRAINT router_registry_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenants (id)
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

-- Where mails land when no SMTP server is configured (development only).
CREATE TABLE dev_mails (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  recipient VARCHAR(190) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  text_body MEDIUMTEXT NOT NULL,
  html_body MEDIUMTEXT NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
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
