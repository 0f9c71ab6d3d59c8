-- A plan that changes brings its customers' running sessions along, some at a time.

CREATE TABLE plan_refreshes (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  service_plan_id BIGINT UNSIGNED NOT NULL,
  requested_by VARCHAR(120) NOT NULL,
  needed ENUM('change', 'disconnect') NOT NULL COMMENT 'disconnect: something of the old terms cannot be taken back from a running session',
  up_to_session BIGINT NOT NULL COMMENT 'sessions that began later have the new terms from their login',
  at_session BIGINT NOT NULL DEFAULT 0 COMMENT 'where to go on after an interruption',
  sessions INT UNSIGNED NOT NULL,
  changed INT UNSIGNED NOT NULL DEFAULT 0,
  ended INT UNSIGNED NOT NULL DEFAULT 0,
  failed INT UNSIGNED NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL,
  finished_at DATETIME(3) NULL COMMENT 'also when a later change of the plan took over',
  KEY plan_refreshes_plan (service_plan_id, id)
);

-- The rest of Mikrotik-Rate-Limit.
ALTER TABLE service_plans
  ADD COLUMN priority TINYINT UNSIGNED NULL COMMENT '1 is served first, 8 last' AFTER burst,
  ADD COLUMN guaranteed_download_bps BIGINT UNSIGNED NULL COMMENT 'also when the line is full' AFTER priority,
  ADD COLUMN guaranteed_upload_bps BIGINT UNSIGNED NULL AFTER guaranteed_download_bps;

-- What is fixed for one customer, whatever the plan. An address is one customer's alone.
ALTER TABLE customers
  ADD COLUMN framed_ip VARCHAR(15) CHARACTER SET ascii NULL AFTER expires_at,
  ADD COLUMN framed_ipv6_prefix VARCHAR(43) CHARACTER SET ascii NULL AFTER framed_ip,
  ADD COLUMN delegated_ipv6_prefix VARCHAR(43) CHARACTER SET ascii NULL AFTER framed_ipv6_prefix,
  ADD COLUMN mac_auth BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'the username is a device address, and that is enough' AFTER delegated_ipv6_prefix,
  ADD COLUMN device_slots SMALLINT UNSIGNED NULL COMMENT 'NULL: as the plan says; 0: only devices on the list' AFTER mac_auth,
  ADD UNIQUE KEY customers_framed_ip (framed_ip),
  ADD UNIQUE KEY customers_framed_ipv6_prefix (framed_ipv6_prefix),
  ADD UNIQUE KEY customers_delegated_ipv6_prefix (delegated_ipv6_prefix);

ALTER TABLE raduser
  ADD COLUMN own_device_slots SMALLINT UNSIGNED DEFAULT NULL COMMENT 'of this user alone: device_slots does not follow the plan' AFTER device_slots;
