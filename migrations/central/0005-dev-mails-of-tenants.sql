-- A tenant's host shows the tenant's own mails.
ALTER TABLE dev_mails
  ADD COLUMN tenant_id BIGINT UNSIGNED NULL COMMENT 'in whose name it was sent; NULL: the platform''s',
  ADD KEY dev_mails_tenant (tenant_id, id);
