-- RADIUS over TLS (RFC 6614): Jala's own CA, the routers that are known by a certificate instead of an address, and their certificates.

CREATE TABLE certificate_authorities (
  name VARCHAR(32) NOT NULL PRIMARY KEY,
  certificate TEXT NOT NULL COMMENT 'PEM',
  key_enc TEXT NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
);

ALTER TABLE router_registry
  ADD COLUMN connection VARCHAR(8) NOT NULL DEFAULT 'udp' COMMENT 'udp: known by its address; radsec: by its certificate' AFTER name,
  MODIFY COLUMN address VARCHAR(45) NOT NULL COMMENT 'canonical: dotted quad or RFC 5952; of a radsec router one of 240.0.0.0/4, which no packet comes from';

CREATE TABLE router_certificates (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  registry_id BIGINT UNSIGNED NOT NULL,
  serial CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'hexadecimal',
  common_name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what FreeRADIUS finds the router by',
  issued_at DATETIME(3) NOT NULL,
  issued_by VARCHAR(120) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  revoked_at DATETIME(3) NULL,
  revoked_by VARCHAR(120) NULL,
  UNIQUE KEY router_certificates_serial (serial),
  UNIQUE KEY router_certificates_common_name (common_name),
  KEY router_certificates_router (registry_id, id),
  CONSTRAINT router_certificates_router_fk FOREIGN KEY (registry_id) REFERENCES router_registry (id) ON DELETE CASCADE
);
