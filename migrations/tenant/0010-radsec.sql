-- Routers on RADIUS over TLS: known by a certificate, reached by nobody (they may be behind NAT).

ALTER TABLE routers
  ADD COLUMN connection VARCHAR(8) NOT NULL DEFAULT 'udp' COMMENT 'udp: known by its address; radsec: by its certificate' AFTER name,
  MODIFY COLUMN address VARCHAR(45) NOT NULL COMMENT 'canonical; where its packets come from, or the 240.0.0.0/4 address that stands for a radsec router in radacct';

ALTER TABLE coa_attempts
  MODIFY COLUMN packets SMALLINT UNSIGNED NOT NULL COMMENT 'how often the packet was sent; 0: the router is not known any more, or cannot be reached',
  MODIFY COLUMN answer ENUM('ack', 'nak', 'timeout', 'unknown_router', 'unreachable') NOT NULL COMMENT 'unreachable: CoA is UDP, and a radsec router may be behind NAT';
