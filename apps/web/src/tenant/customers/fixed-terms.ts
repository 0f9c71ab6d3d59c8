import type { Customer, CustomerInput } from '@/api/models';

export const DEVICE_POLICIES = ['plan', 'number', 'list'] as const;

/** What is fixed for one customer, as the form shows it. */
export interface FixedValues {
  framed_ip: string | null;
  framed_ipv6_prefix: string;
  delegated_ipv6_prefix: string;
  mac_auth: boolean;
  device_policy: (typeof DEVICE_POLICIES)[number];
  device_slots: number | null;
}

export const fixedValuesOf = (customer?: Customer): FixedValues => ({
  framed_ip: customer?.framed_ip ?? null,
  framed_ipv6_prefix: customer?.framed_ipv6_prefix ?? '',
  delegated_ipv6_prefix: customer?.delegated_ipv6_prefix ?? '',
  mac_auth: customer?.mac_auth ?? false,
  device_policy: customer?.device_slots === 0 ? 'list' : customer?.device_slots ? 'number' : 'plan',
  device_slots: customer?.device_slots || null,
});

export function fixedInput(values: FixedValues & { service_type: Customer['service_type'] }): Partial<CustomerInput> {
  return {
    framed_ip: values.framed_ip,
    framed_ipv6_prefix: values.framed_ipv6_prefix.trim() || null,
    delegated_ipv6_prefix: values.delegated_ipv6_prefix.trim() || null,
    mac_auth: values.mac_auth && values.service_type === 'hotspot',
    device_slots: values.device_policy === 'plan' ? null : values.device_policy === 'list' ? 0 : values.device_slots,
  };
}
