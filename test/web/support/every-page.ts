import type { ApiClient } from '../../e2e/support/api-client';
import type { TenantInUse } from '../../e2e/support/stack';

export const LOGIN_PAGES = ['/login', '/forgot-password', '/reset-password#token=none'];

/** Every page of the platform's face, with something on it. */
export async function platformPages(admin: ApiClient, tenant: TenantInUse): Promise<string[]> {
  const plan = await admin.post<{ id: number }>('/api/platform/plans', {
    name: `Growth ${tenant.slug}`,
    price_monthly_minor: 75_000_000,
    price_yearly_minor: 750_000_000,
    features: ['api'],
  });
  const users = await admin.get<{ data: { id: number }[] }>('/api/platform/users');
  return [
    '/overview',
    '/tenants',
    '/tenants?search=nobody-is-called-so',
    '/tenants/new',
    `/tenants/${tenant.id}`,
    `/tenants/${tenant.id}/edit`,
    '/tenants/999999',
    '/plans',
    '/plans/new',
    `/plans/${plan.body.id}`,
    '/users',
    '/users/new',
    `/users/${users.body.data[0]!.id}`,
    '/activity',
    '/monitoring',
    '/routers',
    '/routers?concern=weak',
    '/unknown-sources',
    '/account',
    '/account?tab=security',
    '/account?tab=sessions',
    '/dev/mails',
    '/no-such-page',
  ];
}

/** Every page of a tenant's face, with something on it. */
export async function tenantPages({ owner }: TenantInUse): Promise<string[]> {
  const plan = await owner.post<{ id: number }>('/api/tenant/service-plans', {
    name: 'Home 10 Mbps',
    download_bps: 10_000_000,
    upload_bps: 5_000_000,
    price_minor: 25_000_000,
    validity_value: 1,
    validity_unit: 'months',
  });
  const router = await owner.post<{ id: number }>('/api/tenant/routers', {
    name: 'POP Melati',
    address: `127.44.${Math.floor(Math.random() * 250)}.${1 + Math.floor(Math.random() * 250)}`,
  });
  const customers = await Promise.all(
    ['Budi Santoso', 'Siti Nurhaliza', 'Ahmad Wijaya'].map((name) =>
      owner.post<{ id: number }>('/api/tenant/customers', {
        name,
        service_plan_id: plan.body.id,
        service_type: 'pppoe',
        phone: '+6281234567890',
      }),
    ),
  );
  await owner.post(`/api/tenant/customers/${customers[1]!.body.id}/suspend`, { reason: 'Unpaid' });
  const member = await owner.post<{ id: number }>('/api/tenant/staff', { name: 'Sri Lestari', email: 'sri@example.com', role: 'cashier' });
  return [
    '/',
    '/customers',
    '/customers/new',
    `/customers/${customers[0]!.body.id}`,
    `/customers/${customers[0]!.body.id}?tab=sessions`,
    `/customers/${customers[0]!.body.id}?tab=logins`,
    `/customers/${customers[0]!.body.id}/edit`,
    '/plans',
    '/plans/new',
    `/plans/${plan.body.id}`,
    '/routers',
    '/routers/new',
    `/routers/${router.body.id}`,
    `/routers/${router.body.id}/edit`,
    '/sessions',
    '/staff',
    '/staff/new',
    `/staff/${member.body.id}`,
    '/roles',
    '/activity',
    '/settings',
    '/account',
  ];
}
