-- The stock FreeRADIUS tables, names and columns as in its own schema. Columns of ours carry a comment "Jala: ...".
-- Widened, because a router may have an IPv6 address: nasipaddress (15 to 45). Indexes are our own.
-- User names compare without case (the database's utf8mb4_unicode_ci): docs/decisions, "RADIUS user names".
-- Times are UTC.

CREATE TABLE radcheck (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  username VARCHAR(64) NOT NULL DEFAULT '',
  attribute VARCHAR(64) NOT NULL DEFAULT '',
  op CHAR(2) NOT NULL DEFAULT '==',
  value VARCHAR(253) NOT NULL DEFAULT '',
  jala_managed TINYINT NOT NULL DEFAULT 0 COMMENT 'Jala: 1 = written by libs/radius, 0 = an operator''s own row',
  PRIMARY KEY (id),
  KEY username (username, jala_managed)
) ENGINE = InnoDB;

CREATE TABLE radreply (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  username VARCHAR(64) NOT NULL DEFAULT '',
  attribute VARCHAR(64) NOT NULL DEFAULT '',
  op CHAR(2) NOT NULL DEFAULT '=',
  value VARCHAR(253) NOT NULL DEFAULT '',
  jala_managed TINYINT NOT NULL DEFAULT 0 COMMENT 'Jala: 1 = written by libs/radius, 0 = an operator''s own row',
  PRIMARY KEY (id),
  KEY username (username, jala_managed)
) ENGINE = InnoDB;

CREATE TABLE radgroupcheck (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  groupname VARCHAR(64) NOT NULL DEFAULT '',
  attribute VARCHAR(64) NOT NULL DEFAULT '',
  op CHAR(2) NOT NULL DEFAULT '==',
  value VARCHAR(253) NOT NULL DEFAULT '',
  jala_managed TINYINT NOT NULL DEFAULT 0 COMMENT 'Jala: 1 = written by libs/radius, 0 = an operator''s own row',
  PRIMARY KEY (id),
  KEY groupname (groupname, jala_managed)
) ENGINE = InnoDB;

CREATE TABLE radgroupreply (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  groupname VARCHAR(64) NOT NULL DEFAULT '',
  attribute VARCHAR(64) NOT NULL DEFAULT '',
  op CHAR(2) NOT NULL DEFAULT '=',
  value VARCHAR(253) NOT NULL DEFAULT '',
  jala_managed TINYINT NOT NULL DEFAULT 0 COMMENT 'Jala: 1 = written by libs/radius, 0 = an operator''s own row',
  PRIMARY KEY (id),
  KEY groupname (groupname, jala_managed)
) ENGINE = InnoDB;

CREATE TABLE radusergroup (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  username VARCHAR(64) NOT NULL DEFAULT '',
  groupname VARCHAR(64) NOT NULL DEFAULT '',
  priority INT NOT NULL DEFAULT 1,
  jala_managed TINYINT NOT NULL DEFAULT 0 COMMENT 'Jala: 1 = written by libs/radius, 0 = an operator''s own row',
  PRIMARY KEY (id),
  KEY username (username, jala_managed),
  KEY groupname (groupname)
) ENGINE = InnoDB;

CREATE TABLE radacct (
  radacctid BIGINT NOT NULL AUTO_INCREMENT,
  acctsessionid VARCHAR(64) NOT NULL DEFAULT '',
  acctuniqueid VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  username VARCHAR(64) NOT NULL DEFAULT '',
  realm VARCHAR(64) DEFAULT '',
  nasipaddress VARCHAR(45) NOT NULL DEFAULT '',
  nasportid VARCHAR(32) DEFAULT NULL,
  nasporttype VARCHAR(32) DEFAULT NULL,
  acctstarttime DATETIME DEFAULT NULL,
  acctupdatetime DATETIME DEFAULT NULL,
  acctstoptime DATETIME DEFAULT NULL,
  acctinterval INT DEFAULT NULL,
  acctsessiontime INT UNSIGNED DEFAULT NULL,
  acctauthentic VARCHAR(32) DEFAULT NULL,
  connectinfo_start VARCHAR(128) DEFAULT NULL,
  connectinfo_stop VARCHAR(128) DEFAULT NULL,
  acctinputoctets BIGINT DEFAULT NULL,
  acctoutputoctets BIGINT DEFAULT NULL,
  calledstationid VARCHAR(50) NOT NULL DEFAULT '',
  callingstationid VARCHAR(50) NOT NULL DEFAULT '',
  acctterminatecause VARCHAR(32) NOT NULL DEFAULT '',
  servicetype VARCHAR(32) DEFAULT NULL,
  framedprotocol VARCHAR(32) DEFAULT NULL,
  framedipaddress VARCHAR(15) NOT NULL DEFAULT '',
  framedipv6address VARCHAR(45) NOT NULL DEFAULT '',
  framedipv6prefix VARCHAR(45) NOT NULL DEFAULT '',
  framedinterfaceid VARCHAR(44) NOT NULL DEFAULT '',
  delegatedipv6prefix VARCHAR(45) NOT NULL DEFAULT '',
  class VARCHAR(64) DEFAULT NULL,
  router_id BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Jala: routers.id, from the router''s client file',
  PRIMARY KEY (radacctid),
  UNIQUE KEY acctuniqueid (acctuniqueid),
  KEY user_open (username, acctstoptime),
  KEY open_updated (acctstoptime, acctupdatetime),
  KEY router_open (router_id, acctstoptime),
  KEY nas_open (nasipaddress, acctstoptime),
  KEY acctstarttime (acctstarttime),
  KEY framedipaddress (framedipaddress, acctstarttime)
) ENGINE = InnoDB;

CREATE TABLE radpostauth (
  id BIGINT NOT NULL AUTO_INCREMENT,
  username VARCHAR(64) NOT NULL DEFAULT '',
  pass VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'always empty: passwords are never stored here',
  reply VARCHAR(32) NOT NULL DEFAULT '',
  authdate TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  class VARCHAR(64) DEFAULT NULL,
  reason VARCHAR(128) NOT NULL DEFAULT '' COMMENT 'Jala: why it was rejected, in words',
  nasipaddress VARCHAR(45) NOT NULL DEFAULT '' COMMENT 'Jala: source address of the router',
  router_id BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Jala: routers.id, from the router''s client file',
  callingstationid VARCHAR(50) NOT NULL DEFAULT '' COMMENT 'Jala: the device',
  calledstationid VARCHAR(50) NOT NULL DEFAULT '' COMMENT 'Jala: the service on the router',
  PRIMARY KEY (id),
  KEY username (username, authdate),
  KEY accepted (username, reply, authdate),
  KEY authdate (authdate),
  KEY router (router_id, authdate)
) ENGINE = InnoDB;

-- When a router last said that it starts or stops. A packet from before that may be stored after it.
CREATE TABLE nasreload (
  nasipaddress VARCHAR(45) NOT NULL,
  reloadtime DATETIME NOT NULL,
  PRIMARY KEY (nasipaddress)
) ENGINE = InnoDB;

-- What is enforced at login, one row per user. FreeRADIUS answers a login from it with one SELECT
-- (freeradius/raddb/mods-available/user_lookup); the password stays in radcheck.
CREATE TABLE raduser (
  username VARCHAR(64) NOT NULL,
  status ENUM('active', 'suspended', 'expired', 'unused') NOT NULL DEFAULT 'active' COMMENT 'unused: becomes active at the first login',
  expires_at DATETIME DEFAULT NULL COMMENT 'null: does not expire',
  validity_s INT UNSIGNED DEFAULT NULL COMMENT 'unused: how long it is valid from the first login',
  validity_months SMALLINT UNSIGNED DEFAULT NULL COMMENT 'unused: the same in calendar months; counts before validity_s',
  first_login_at DATETIME DEFAULT NULL,
  mac_lock BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'only the device in mac may connect',
  mac VARCHAR(17) DEFAULT NULL COMMENT 'AA:BB:CC:DD:EE:FF; unused: set by the first login',
  rate_limit VARCHAR(253) DEFAULT NULL COMMENT 'Mikrotik-Rate-Limit: upload/download as the router sees it',
  fup_bytes BIGINT UNSIGNED DEFAULT NULL COMMENT 'from here on fup_rate_limit applies',
  fup_rate_limit VARCHAR(253) DEFAULT NULL,
  quota_bytes BIGINT UNSIGNED DEFAULT NULL,
  used_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'both directions; counted while there is a quota or fair use',
  pool VARCHAR(64) DEFAULT NULL COMMENT 'name of a pool on the router',
  framed_ip VARCHAR(15) DEFAULT NULL,
  shared_users SMALLINT UNSIGNED DEFAULT 1 COMMENT 'devices at the same time; null: any number',
  interim_s SMALLINT UNSIGNED NOT NULL DEFAULT 300,
  idle_s INT UNSIGNED DEFAULT NULL,
  session_s INT UNSIGNED DEFAULT NULL COMMENT 'longest single session',
  operator_rows BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'an operator has or had rows for this user or its group: they are asked at login',
  PRIMARY KEY (username),
  KEY expiring (status, expires_at)
) ENGINE = InnoDB;

-- Counters of a session only grow, so the difference is what was used since the packet before, however often a packet is
-- repeated. One statement per trigger: accounting is one upsert, and this is part of it.
CREATE TRIGGER radacct_usage_insert AFTER INSERT ON radacct FOR EACH ROW
  UPDATE raduser
  SET used_bytes = used_bytes + COALESCE(NEW.acctinputoctets, 0) + COALESCE(NEW.acctoutputoctets, 0)
  WHERE username = NEW.username
    AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL)
    AND COALESCE(NEW.acctinputoctets, 0) + COALESCE(NEW.acctoutputoctets, 0) > 0;

CREATE TRIGGER radacct_usage_update AFTER UPDATE ON radacct FOR EACH ROW
  UPDATE raduser
  SET used_bytes = used_bytes
    + GREATEST(COALESCE(NEW.acctinputoctets, 0) - COALESCE(OLD.acctinputoctets, 0), 0)
    + GREATEST(COALESCE(NEW.acctoutputoctets, 0) - COALESCE(OLD.acctoutputoctets, 0), 0)
  WHERE username = NEW.username
    AND (quota_bytes IS NOT NULL OR fup_bytes IS NOT NULL)
    AND COALESCE(NEW.acctinputoctets, 0) + COALESCE(NEW.acctoutputoctets, 0)
      > COALESCE(OLD.acctinputoctets, 0) + COALESCE(OLD.acctoutputoctets, 0);

-- Whoever adds a row of their own to the stock tables does not know of raduser. The mark only costs a login some queries, so it
-- is not taken away here when the row goes; libs/radius looks again whenever it writes the user.
CREATE TRIGGER radcheck_operator_insert AFTER INSERT ON radcheck FOR EACH ROW
  UPDATE raduser SET operator_rows = TRUE WHERE username = NEW.username AND NEW.jala_managed = 0;

CREATE TRIGGER radcheck_operator_update AFTER UPDATE ON radcheck FOR EACH ROW
  UPDATE raduser SET operator_rows = TRUE WHERE username = NEW.username AND NEW.jala_managed = 0;

CREATE TRIGGER radreply_operator_insert AFTER INSERT ON radreply FOR EACH ROW
  UPDATE raduser SET operator_rows = TRUE WHERE username = NEW.username AND NEW.jala_managed = 0;

CREATE TRIGGER radreply_operator_update AFTER UPDATE ON radreply FOR EACH ROW
  UPDATE raduser SET operator_rows = TRUE WHERE username = NEW.username AND NEW.jala_managed = 0;

CREATE TRIGGER radusergroup_operator_insert AFTER INSERT ON radusergroup FOR EACH ROW
  UPDATE raduser SET operator_rows = TRUE WHERE username = NEW.username AND NEW.jala_managed = 0;

CREATE TRIGGER radusergroup_operator_update AFTER UPDATE ON radusergroup FOR EACH ROW
  UPDATE raduser SET operator_rows = TRUE WHERE username = NEW.username AND NEW.jala_managed = 0;

CREATE TRIGGER radgroupcheck_operator_insert AFTER INSERT ON radgroupcheck FOR EACH ROW
  UPDATE raduser u JOIN radusergroup g ON g.username = u.username SET u.operator_rows = TRUE
  WHERE g.groupname = NEW.groupname AND NEW.jala_managed = 0;

CREATE TRIGGER radgroupcheck_operator_update AFTER UPDATE ON radgroupcheck FOR EACH ROW
  UPDATE raduser u JOIN radusergroup g ON g.username = u.username SET u.operator_rows = TRUE
  WHERE g.groupname = NEW.groupname AND NEW.jala_managed = 0;

CREATE TRIGGER radgroupreply_operator_insert AFTER INSERT ON radgroupreply FOR EACH ROW
  UPDATE raduser u JOIN radusergroup g ON g.username = u.username SET u.operator_rows = TRUE
  WHERE g.groupname = NEW.groupname AND NEW.jala_managed = 0;

CREATE TRIGGER radgroupreply_operator_update AFTER UPDATE ON radgroupreply FOR EACH ROW
  UPDATE raduser u JOIN radusergroup g ON g.username = u.username SET u.operator_rows = TRUE
  WHERE g.groupname = NEW.groupname AND NEW.jala_managed = 0;
