/** Everything a person can be allowed to do on the platform host. */
export const PLATFORM_PERMISSIONS = [
  'overview.view',
  'tenants.view',
  'tenants.manage',
  'plans.view',
  'plans.manage',
  'platform_users.view',
  'platform_users.manage',
  'activity.view',
  'tickets.view',
  'tickets.manage',
  'platform_invoices.view',
  'platform_invoices.manage',
  'monitoring.view',
] as const;
export type PlatformPermission = (typeof PLATFORM_PERMISSIONS)[number];

/** Everything a member of a tenant's staff can be allowed to do. */
export const TENANT_PERMISSIONS = [
  'dashboard.view',
  'routers.view',
  'routers.manage',
  'customers.view',
  'customers.manage',
  'sessions.view',
  'sessions.disconnect',
  'service_plans.view',
  'service_plans.manage',
  'vouchers.generate',
  'vouchers.sell',
  'invoices.view',
  'invoices.manage',
  'payments.view',
  'payments.manage',
  'reports.view',
  'staff.view',
  'staff.manage',
  'settings.view',
  'settings.manage',
  'router_scripts.manage',
  'ip_pools.manage',
  'bandwidth_profiles.manage',
  'tenant_activity.view',
] as const;
export type TenantPermission = (typeof TENANT_PERMISSIONS)[number];

export type Permission = PlatformPermission | TenantPermission;

export const PLATFORM_ROLES = ['super_admin', 'platform_admin', 'platform_support', 'platform_cashier', 'platform_technician'] as const;
export type PlatformRole = (typeof PLATFORM_ROLES)[number];

export const TENANT_ROLES = ['owner', 'admin', 'technician', 'cashier', 'reseller'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

export const PLATFORM_ROLE_PERMISSIONS: Record<PlatformRole, readonly PlatformPermission[]> = {
  super_admin: PLATFORM_PERMISSIONS,
  platform_admin: [
    'overview.view',
    'tenants.view',
    'tenants.manage',
    'plans.view',
    'platform_users.view',
    'platform_users.manage',
    'activity.view',
  ],
  platform_support: ['overview.view', 'tickets.view', 'tickets.manage'],
  platform_cashier: ['overview.view', 'platform_invoices.view', 'platform_invoices.manage'],
  platform_technician: ['overview.view', 'monitoring.view'],
};

const TECHNICIAN: readonly TenantPermission[] = [
  'dashboard.view',
  'routers.view',
  'routers.manage',
  'customers.view',
  'customers.manage',
  'sessions.view',
  'sessions.disconnect',
  'router_scripts.manage',
  'ip_pools.manage',
  'bandwidth_profiles.manage',
];

const CASHIER: readonly TenantPermission[] = [
  'dashboard.view',
  'customers.view',
  'customers.manage',
  'sessions.view',
  'vouchers.generate',
  'vouchers.sell',
  'invoices.view',
  'invoices.manage',
  'payments.view',
  'payments.manage',
  'reports.view',
];

const OWNER_ONLY: readonly TenantPermission[] = ['settings.view', 'settings.manage'];

/** What each role of a tenant may do before the owner changes it. The owner's own row cannot be changed. */
export const TENANT_ROLE_PERMISSIONS: Record<TenantRole, readonly TenantPermission[]> = {
  owner: TENANT_PERMISSIONS,
  admin: TENANT_PERMISSIONS.filter((permission) => !OWNER_ONLY.includes(permission)),
  technician: TECHNICIAN,
  cashier: CASHIER,
  reseller: ['dashboard.view', 'vouchers.sell'],
};
