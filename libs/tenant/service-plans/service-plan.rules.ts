import { DomainError } from '@jala/contracts';
import type { Subject } from '@jala/infra/audit';
import { BitRate } from '@jala/kernel';
import { type RadiusGroup, rateLimit } from '@jala/radius';
import type { ServicePlan } from './service-plan.entity';
import type { Validity } from './validity.rules';

/** What a plan sells, apart from its name. */
export type ServicePlanTerms = Pick<
  ServicePlan,
  'downloadBps' | 'uploadBps' | 'priceMinor' | 'currency' | 'validityValue' | 'validityUnit' | 'quotaBytes' | 'sharedUsers'
>;

/** 100 Gbit/s. */
export const MAX_BPS = 100_000_000_000;

/** Longest validity of each unit. */
export const VALIDITY_MAX = { hours: 8_760, days: 3_650, months: 120 } as const;

export function validityOf(plan: Pick<ServicePlan, 'validityValue' | 'validityUnit'>): Validity | null {
  return plan.validityValue !== null && plan.validityUnit !== null ? { value: plan.validityValue, unit: plan.validityUnit } : null;
}

/** @throws DomainError VALIDATION_FAILED when one half of the validity is missing or it is longer than VALIDITY_MAX. */
export function assertValidity(terms: Pick<ServicePlan, 'validityValue' | 'validityUnit'>): void {
  if ((terms.validityValue === null) !== (terms.validityUnit === null)) {
    const missing = terms.validityValue === null ? 'validity_value' : 'validity_unit';
    throw DomainError.field(missing, 'required', 'A validity needs a number and a unit; leave out both for a plan without end.');
  }
  if (terms.validityValue !== null && terms.validityUnit !== null && terms.validityValue > VALIDITY_MAX[terms.validityUnit]) {
    throw DomainError.field('validity_value', 'max', `must not be more than ${VALIDITY_MAX[terms.validityUnit]} ${terms.validityUnit}`);
  }
}

/** The plan's group in radusergroup. */
export const radiusGroupName = (planId: number): string => `plan_${planId}`;

/** What FreeRADIUS holds everybody on the plan to. */
export function radiusGroupOf(plan: Pick<ServicePlan, 'id' | 'downloadBps' | 'uploadBps' | 'quotaBytes' | 'sharedUsers'>): RadiusGroup {
  return {
    name: radiusGroupName(plan.id),
    rateLimit: rateLimit({ download: BitRate.of(plan.downloadBps), upload: BitRate.of(plan.uploadBps) }),
    quotaBytes: plan.quotaBytes,
    sharedUsers: plan.sharedUsers,
  };
}

/** True when a change must reach the rows FreeRADIUS reads. A new name, price or validity does not change a running account. */
export function changesEnforcement(before: ServicePlanTerms, after: ServicePlanTerms): boolean {
  return (['downloadBps', 'uploadBps', 'quotaBytes', 'sharedUsers'] as const).some((field) => before[field] !== after[field]);
}

export const subjectOf = (plan: Pick<ServicePlan, 'id' | 'name'>): Subject => ({ type: 'service_plan', id: plan.id, label: plan.name });

/** What the activity log shows of a plan, in the words of the API. */
export function auditOf(plan: ServicePlan): Record<string, unknown> {
  return {
    name: plan.name,
    download_bps: plan.downloadBps,
    upload_bps: plan.uploadBps,
    price_minor: plan.priceMinor,
    currency: plan.currency,
    validity_value: plan.validityValue,
    validity_unit: plan.validityUnit,
    quota_bytes: plan.quotaBytes,
    shared_users: plan.sharedUsers,
    description: plan.description,
    active: plan.active,
  };
}
