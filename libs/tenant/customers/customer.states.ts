import type { CustomerStatus } from '@jala/contracts';
import { StateMachine } from '@jala/kernel';

/**
 * What may follow what. `expired` is never stored: an account is expired when its time is over, whether or not any
 * job ran, so there is nothing that could lag behind RADIUS, which compares the same instant.
 */
export const customerStates = new StateMachine<CustomerStatus>('customer', 'active', {
  active: ['suspended', 'expired'],
  suspended: ['active', 'expired'],
  expired: ['active', 'suspended'],
});

/** What is in the column. */
export type StoredCustomerStatus = Exclude<CustomerStatus, 'expired'>;

export function statusAt(customer: { status: StoredCustomerStatus; expiresAt: Date | null }, now: Date): CustomerStatus {
  if (customer.status === 'suspended') return 'suspended';
  return customer.expiresAt && customer.expiresAt <= now ? 'expired' : 'active';
}
