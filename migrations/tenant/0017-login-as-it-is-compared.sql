-- What a login compares stands in the row as it is compared, instants as seconds since 1970: its SELECT has next to nothing left to
-- work out, which cost the database as much as finding the row (docs/decisions/0067).

ALTER TABLE raduser
  DROP COLUMN counted_until,
  DROP COLUMN bytes_left,
  DROP COLUMN seconds_left,
  ADD COLUMN standing VARCHAR(16) AS (
    CASE
      WHEN status IN ('suspended', 'expired') THEN status
      WHEN IF(used_window = quota_window, used_seconds, 0) >= time_quota_s THEN 'time used up'
      WHEN IF(used_window = quota_window, used_bytes, 0) >= quota_bytes THEN 'data used up'
      ELSE status
    END
  ) PERSISTENT COMMENT 'status, and whether a quota is used up; until plain_until',
  ADD COLUMN expires_s BIGINT AS (IFNULL(TIMESTAMPDIFF(SECOND, TIMESTAMP'1970-01-01 00:00:00', expires_at), 9999999999)) PERSISTENT
    COMMENT 'expires_at in seconds since 1970; one that never comes instead of null',
  ADD COLUMN at_most_s INT AS (
    LEAST(
      IFNULL(session_s, 2147483647),
      IF(time_quota_s > IF(used_window = quota_window, used_seconds, 0), time_quota_s - IF(used_window = quota_window, used_seconds, 0), 2147483647),
      2147483647
    )
  ) PERSISTENT COMMENT 'longest that a session may last, but for expires_s; until plain_until',
  ADD COLUMN bytes_left_low INT UNSIGNED AS (
    (quota_bytes - LEAST(IF(used_window = quota_window, used_bytes, 0), quota_bytes)) & 4294967295
  ) PERSISTENT COMMENT 'what is left of quota_bytes, its low 32 bits; until plain_until',
  ADD COLUMN bytes_left_high INT UNSIGNED AS (
    (quota_bytes - LEAST(IF(used_window = quota_window, used_bytes, 0), quota_bytes)) >> 32
  ) PERSISTENT COMMENT 'its high 32 bits',
  ADD COLUMN only_mac VARCHAR(17) AS (IF(mac_lock, IF(COALESCE(mac, '') = '', 'first', mac), NULL)) PERSISTENT
    COMMENT 'the only device that may connect; first: the first to try',
  ADD COLUMN at_limit SMALLINT UNSIGNED AS (IF(open_sessions >= shared_users, shared_users, 0)) PERSISTENT
    COMMENT 'shared_users when as many sessions are open, else 0',
  ADD COLUMN plain_from BIGINT AS (
    IF(further_rules, 9999999999, IFNULL(TIMESTAMPDIFF(SECOND, TIMESTAMP'1970-01-01 00:00:00', first_login_at) + 30, 0))
  ) PERSISTENT COMMENT 'from here to plain_until, in seconds since 1970, a login needs nothing but this row',
  ADD COLUMN plain_until BIGINT AS (
    IF(used_window = quota_window AND used_until IS NOT NULL AND COALESCE(quota_bytes, time_quota_s) IS NOT NULL,
      TIMESTAMPDIFF(SECOND, TIMESTAMP'1970-01-01 00:00:00', used_until) - 1, 9999999999)
  ) PERSISTENT COMMENT 'the last second of the window that the quotas are used in';

-- 0015 and 0016 counted before their triggers stood: what a drain stored in between was missed. The triggers stand now.
UPDATE raduser u SET open_sessions = (SELECT COUNT(*) FROM radacct a WHERE a.username = u.username AND a.acctstoptime IS NULL);
UPDATE raduser u SET password = (SELECT REPLACE(MIN(c.value), '\\', '\\\\') FROM radcheck c
  WHERE c.username = u.username AND c.jala_managed = 1 AND c.attribute = 'Cleartext-Password');
