import { DomainError } from '@jala/contracts';
import type { Subject } from '@jala/infra/audit';
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
    time_quota_seconds: plan.timeQuotaSeconds,
    quota_window: plan.quotaWindow,
    burst: plan.burst,
    priority: plan.priority,
    guaranteed_download_bps: plan.guaranteedDownloadBps,
    guaranteed_upload_bps: plan.guaranteedUploadBps,
    fup_bytes: plan.fupBytes,
    fup_download_bps: plan.fupDownloadBps,
    fup_upload_bps: plan.fupUploadBps,
    session_seconds: plan.sessionSeconds,
    idle_seconds: plan.idleSeconds,
    interim_seconds: plan.interimSeconds,
    login_hours: plan.loginHours,
    pool: plan.pool,
    ipv6_pool: plan.ipv6Pool,
    delegated_ipv6_pool: plan.delegatedIpv6Pool,
    address_list: plan.addressList,
    device_slots: plan.deviceSlots,
    description: plan.description,
    active: plan.active,
  };
}
