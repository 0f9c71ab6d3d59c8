import type { TenantStatus } from '@jala/contracts';
import { StateMachine } from '@jala/kernel';

/**
 * An archived tenant keeps its database until it is deleted, but nothing may log in to it any more. Only `provisioning`
 * cannot be left by a person: it ends by itself, well or badly.
 */
export const tenantStates = new StateMachine<TenantStatus>('tenant', 'pending', {
  pending: ['provisioning', 'deleting'],
  provisioning: ['ready', 'failed'],
  failed: ['provisioning', 'deleting'],
  ready: ['suspended', 'archived', 'deleting'],
  suspended: ['ready', 'archived', 'deleting'],
  archived: ['deleting'],
  deleting: [],
});

/** In these the tenant has a database that its own account can use. */
export const STATUSES_WITH_DATABASE: readonly TenantStatus[] = ['ready', 'suspended'];
