-- What the live view and the timelines read.

-- With acctinterval, the rate between the last two reports of a session.
ALTER TABLE radacct
  ADD COLUMN previous_input BIGINT DEFAULT NULL COMMENT 'Jala: acctinputoctets of the report before the last',
  ADD COLUMN previous_output BIGINT DEFAULT NULL COMMENT 'Jala: acctoutputoctets of the report before the last',
  ADD KEY user_started (username, acctstarttime),
  ADD KEY router_started (router_id, acctstarttime);

ALTER TABLE radpostauth
  ADD KEY replied (reply, authdate),
  ADD KEY router_reply (router_id, reply, authdate);

ALTER TABLE coa_attempts
  ADD KEY coa_attempts_user_sent (username, sent_at),
  ADD KEY coa_attempts_router_sent (router_id, sent_at);
