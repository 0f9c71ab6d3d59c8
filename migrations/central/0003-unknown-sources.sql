-- Addresses that RADIUS packets come from although no router is registered for them. Kept small by the worker.
CREATE TABLE unknown_sources (
  address VARCHAR(45) NOT NULL PRIMARY KEY COMMENT 'canonical: dotted quad or RFC 5952',
  auth_packets BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'at least so many',
  acct_packets BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'at least so many',
  sightings INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'how often the worker heard of it: a forged address seldom comes twice',
  first_seen_at DATETIME(3) NOT NULL,
  last_seen_at DATETIME(3) NOT NULL,
  KEY unknown_sources_last_seen (last_seen_at)
);

-- What is seen of registered routers.
ALTER TABLE router_registry
  ADD COLUMN signature VARCHAR(8) NULL COMMENT 'signs, partly, unsigned: its latest logins; NULL while none tells',
  ADD COLUMN wrong_secret_at DATETIME(3) NULL COMMENT 'last packet with another secret than the registered one',
  ADD COLUMN unsigned_refused_at DATETIME(3) NULL COMMENT 'last packet dropped because it must be signed and was not';
