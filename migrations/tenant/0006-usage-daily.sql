-- How much each user moved on each day of the tenant's own calendar, through each router. What reports and charts read, so
-- that they cost the same whatever the age of radacct.
CREATE TABLE usage_daily (
  username VARCHAR(64) NOT NULL,
  day DATE NOT NULL COMMENT 'in the tenant''s time zone',
  router_id BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0: not a router of the tenant',
  input_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'upload',
  output_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'download',
  sessions INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'that began on this day',
  PRIMARY KEY (day, username, router_id),
  KEY usage_daily_user (username, day),
  KEY usage_daily_router (router_id, day)
);
