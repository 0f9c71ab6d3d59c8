-- A page of the archive comes in the order of its index. On a partitioned table the id has to be named: the primary key that
-- InnoDB appends to an index does not count as part of its order there.
ALTER TABLE radacct_archive
  DROP KEY user_ended,
  DROP KEY router_ended,
  DROP KEY ended,
  DROP KEY user_started,
  DROP KEY router_started,
  ADD KEY user_ended (username, acctstoptime, radacctid),
  ADD KEY router_ended (router_id, acctstoptime, radacctid),
  ADD KEY ended (acctstoptime, radacctid),
  ADD KEY user_started (username, acctstarttime, radacctid),
  ADD KEY router_started (router_id, acctstarttime, radacctid);
