import type { Subject } from '@jala/infra/audit';
import type { FixedForUser, RadiusUser } from '@jala/radius';
import { firstPeriod, type PaidUntil, radiusGroupOf, type ServicePlan, validityOf } from '@jala/tenant/service-plans';
import type { Customer } from './customer.entity';
import type { FixedTerms } from './fixed-terms.rules';

/**
 * How long a changed customer has paid for. An end that is given counts. Another plan keeps the end that was paid for,
 * except where one of the two plans knows no end.
 */
export function paidAfter(
  before: PaidUntil & { readonly servicePlanId: number },
  plan: Pick<ServicePlan, 'id' | 'validityValue' | 'validityUnit'>,
  wanted: Date | null | undefined,
  now: Date,
  zone: string,
): PaidUntil {
  const { anchorAt, expiresAt } = before;
  if (wanted !== undefined) return { anchorAt, expiresAt: wanted };
  if (plan.id === before.servicePlanId) return { anchorAt, expiresAt };
  const validity = validityOf(plan);
  if (!validity) return { anchorAt, expiresAt: null };
  return expiresAt ? { anchorAt, expiresAt } : firstPeriod(now, validity, zone);
}

/** A fresh customer as FreeRADIUS knows one. */
export function radiusUserOf(customer: Customer, plan: ServicePlan, password: string): RadiusUser {
  const { name: group, ...enforcement } = radiusGroupOf(plan);
  return {
    ...enforcement,
    ...fixedForUser(customer),
    group,
    username: customer.username,
    password,
    status: customer.status,
    expiresAt: customer.expiresAt,
  };
}

export const fixedForUser = (fixed: FixedTerms): FixedForUser => ({
  framedIp: fixed.framedIp,
  framedIpv6Prefix: fixed.framedIpv6Prefix,
  delegatedIpv6Prefix: fixed.delegatedIpv6Prefix,
  macAuth: fixed.macAuth,
  ownDeviceSlots: fixed.deviceSlots,
});

export const subjectOf = (customer: Pick<Customer, 'id' | 'name' | 'username'>): Subject => ({
  type: 'customer',
  id: customer.id,
  label: `${customer.name} (${customer.username})`,
});

/** What the activity log shows of a customer, in the words of the API. */
export function auditOf(customer: Customer): Record<string, unknown> {
  return {
    username: customer.username,
    name: customer.name,
    phone: customer.phone,
    email: customer.email,
    address: customer.address,
    service_type: customer.serviceType,
    service_plan_id: customer.servicePlanId,
    status: customer.status,
    suspended_reason: customer.suspendedReason,
    expires_at: customer.expiresAt,
    framed_ip: customer.framedIp,
    framed_ipv6_prefix: customer.framedIpv6Prefix,
    delegated_ipv6_prefix: customer.delegatedIpv6Prefix,
    mac_auth: customer.macAuth,
    device_slots: customer.deviceSlots,
    notes: customer.notes,
  };
}
