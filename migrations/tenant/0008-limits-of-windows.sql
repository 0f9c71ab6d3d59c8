-- Limits are reached within their window; the quota of online time is one of them.
DROP TRIGGER raduser_limit_reached;

-- Whatever counts usage, a limit that is reached is noted in the same transaction. Above a quota every report notes it again,
-- so that a router that kept the session is asked again; fair use is noted once in each window.
CREATE TRIGGER raduser_limit_reached AFTER UPDATE ON raduser FOR EACH ROW
  INSERT IGNORE INTO coa_due (username, reason)
  SELECT NEW.username, IF(NEW.used_bytes >= NEW.quota_bytes OR NEW.used_seconds >= NEW.time_quota_s, 'quota-reached', 'fair-use-reached')
  FROM DUAL
  WHERE (NEW.used_bytes > OLD.used_bytes OR NEW.used_seconds > OLD.used_seconds OR NOT NEW.used_until <=> OLD.used_until)
    AND NEW.used_window = NEW.quota_window
    AND (NEW.used_until IS NULL OR NEW.used_until > UTC_TIMESTAMP())
    AND (NEW.used_bytes >= NEW.quota_bytes
      OR NEW.used_seconds >= NEW.time_quota_s
      OR (NEW.used_bytes >= NEW.fup_bytes AND (OLD.used_bytes < NEW.fup_bytes OR NOT NEW.used_until <=> OLD.used_until)));
