-- A device is looked for in the archive too.
ALTER TABLE radacct_archive ADD KEY device_ended (callingstationid, acctstoptime, radacctid);

-- A router that does not repeat our Class is known by its Acct-Session-Id, which it may use again for the same user. Two sessions
-- of one id do not overlap, so the time tells them apart, whatever the order in which their packets come: a packet belongs to
-- another session when it begins after everything that was heard of the one that is stored, or ends before that began. What
-- belongs to another goes on to the next key, which is made from the one before, until it finds its own or a free one.
--
-- Two minutes is what packets may be late without saying so. A Start says nothing about an open session: it may be a copy, and the
-- next report tells. A packet without Acct-Session-Time does not say when its session began, and is left where it is.
-- A router that repeats Class, as RouterOS does, pays for none of this.
DELIMITER //
CREATE OR REPLACE TRIGGER radacct_reused_id BEFORE INSERT ON radacct FOR EACH ROW PRECEDES radacct_archived_before
BEGIN
  DECLARE candidate VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NEW.acctuniqueid;
  DECLARE seconds INT UNSIGNED DEFAULT COALESCE(NEW.acctsessiontime, 0);
  DECLARE is_other BOOLEAN DEFAULT TRUE;
  DECLARE step TINYINT UNSIGNED DEFAULT 0;
  IF COALESCE(NEW.class, '') NOT LIKE 'jala:%'
    AND (seconds > 0 OR COALESCE(NEW.acctinputoctets, 0) + COALESCE(NEW.acctoutputoctets, 0) = 0) THEN
    WHILE is_other AND step < 100 DO
      SET is_other = COALESCE((
        SELECT NEW.acctupdatetime < acctstarttime - INTERVAL 120 SECOND
          OR ((seconds > 0 OR acctstoptime IS NOT NULL)
            AND NEW.acctstarttime > acctstarttime + INTERVAL COALESCE(acctsessiontime, 0) + 120 SECOND
            AND (acctstoptime IS NULL OR acctterminatecause IN ('Missed-Interim', 'NAS-Reboot') OR NEW.acctstarttime > acctstoptime + INTERVAL 120 SECOND))
        FROM radacct WHERE acctuniqueid = candidate), FALSE);
      IF is_other THEN
        SET candidate = MD5(CONCAT(candidate, '+')), step = step + 1;
      END IF;
    END WHILE;
    SET NEW.acctuniqueid = candidate;
  END IF;
END//
DELIMITER ;
