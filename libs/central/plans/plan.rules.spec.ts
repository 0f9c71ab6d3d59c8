import { DomainError } from '@jala/contracts';
import { assertRoomFor, limitOf, type PlanTerms } from './plan.rules';

const plan: PlanTerms = {
  name: 'Warung',
  priceMonthlyMinor: 10_000_000,
  priceYearlyMinor: 100_000_000,
  currency: 'IDR',
  maxRouters: 2,
  maxUsers: null,
  maxVouchers: 0,
  features: [],
  active: true,
};

describe('the limits of a plan', () => {
  it('let a tenant add up to the limit and not beyond', () => {
    expect(() => assertRoomFor(plan, 'routers', 1, 1)).not.toThrow();
    expect(() => assertRoomFor(plan, 'routers', 2, 1)).toThrow(new DomainError('PLAN_LIMIT_REACHED', { limit: 'routers', max: 2 }));
    expect(() => assertRoomFor(plan, 'routers', 0, 3)).toThrow(DomainError);
  });

  it('take none for none, and zero for zero', () => {
    expect(() => assertRoomFor(plan, 'users', 1_000_000, 1)).not.toThrow();
    expect(() => assertRoomFor(plan, 'vouchers', 0, 1)).toThrow(DomainError);
    expect(limitOf(undefined, 'routers')).toBeNull();
  });
});
