import { customerStates, statusAt } from './customer.states';

describe('the state of a customer', () => {
  const now = new Date('2026-03-01T00:00:00Z');

  it('is expired from the very instant, and suspended before everything else', () => {
    expect(statusAt({ status: 'active', expiresAt: null }, now)).toBe('active');
    expect(statusAt({ status: 'active', expiresAt: new Date(now.getTime() + 1) }, now)).toBe('active');
    expect(statusAt({ status: 'active', expiresAt: now }, now)).toBe('expired');
    expect(statusAt({ status: 'suspended', expiresAt: now }, now)).toBe('suspended');
  });

  it('cannot be entered twice', () => {
    for (const state of customerStates.states) expect(customerStates.can(state, state)).toBe(false);
  });
});
