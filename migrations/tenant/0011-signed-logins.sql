-- Which routers sign their requests can be seen from what they sent lately.
ALTER TABLE radpostauth
  ADD COLUMN message_authenticator BOOLEAN DEFAULT NULL COMMENT 'Jala: whether the router signed the request; NULL: not known, or EAP';
