import { DomainError, type TenantStatus } from '@jala/contracts';

export const tenantNotFound = (id: number): DomainError => new DomainError('TENANT_NOT_FOUND', { id });

export const tenantSlugTaken = (slug: string): DomainError =>
  new DomainError('TENANT_SLUG_TAKEN', { slug }, { slug: [{ code: 'taken', message: 'Another tenant has this slug.' }] });

export const tenantStateConflict = (status: TenantStatus): DomainError => new DomainError('TENANT_STATE_CONFLICT', { status });

export const domainTaken = (host: string): DomainError =>
  new DomainError('DOMAIN_TAKEN', { host }, { host: [{ code: 'taken', message: 'This domain already leads to a tenant.' }] });

export const domainNotFound = (id: number): DomainError => new DomainError('DOMAIN_NOT_FOUND', { id });

export const exportMissing = (id: number): DomainError => new DomainError('TENANT_EXPORT_MISSING', { id });

export const confirmationMismatch = (): DomainError =>
  new DomainError('CONFIRMATION_MISMATCH', {}, { confirm_slug: [{ code: 'mismatch', message: 'Type the slug of the tenant.' }] });
