-- A device is looked for in the archive too.
ALTER TABLE radacct_archive ADD KEY device_ended (callingstationid, acctstoptime, radacctid);
