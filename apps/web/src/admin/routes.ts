import type { RouteRecordRaw } from 'vue-router';

export const platformRoutes: RouteRecordRaw[] = [
  { path: 'overview', name: 'overview', component: () => import('./overview/OverviewPage.vue'), meta: { permission: 'overview.view' } },
  { path: 'tenants', name: 'tenants', component: () => import('./tenants/TenantsPage.vue'), meta: { permission: 'tenants.view' } },
  {
    path: 'tenants/new',
    name: 'tenants.new',
    component: () => import('./tenants/NewTenantPage.vue'),
    meta: { permission: 'tenants.manage' },
  },
  {
    path: 'tenants/:id(\\d+)',
    name: 'tenants.detail',
    component: () => import('./tenants/TenantPage.vue'),
    meta: { permission: 'tenants.view' },
    props: numericId,
  },
  {
    path: 'tenants/:id(\\d+)/edit',
    name: 'tenants.edit',
    component: () => import('./tenants/EditTenantPage.vue'),
    meta: { permission: 'tenants.manage' },
    props: numericId,
  },
  { path: 'plans', name: 'plans', component: () => import('./plans/PlansPage.vue'), meta: { permission: 'plans.view' } },
  { path: 'plans/new', name: 'plans.new', component: () => import('./plans/PlanPage.vue'), meta: { permission: 'plans.manage' } },
  {
    path: 'plans/:id(\\d+)',
    name: 'plans.detail',
    component: () => import('./plans/PlanPage.vue'),
    meta: { permission: 'plans.view' },
    props: numericId,
  },
  { path: 'users', name: 'users', component: () => import('./users/UsersPage.vue'), meta: { permission: 'platform_users.view' } },
  { path: 'users/new', name: 'users.new', component: () => import('./users/UserPage.vue'), meta: { permission: 'platform_users.manage' } },
  {
    path: 'users/:id(\\d+)',
    name: 'users.detail',
    component: () => import('./users/UserPage.vue'),
    meta: { permission: 'platform_users.view' },
    props: numericId,
  },
  {
    path: 'activity',
    name: 'activity',
    component: () => import('./activity/PlatformActivityPage.vue'),
    meta: { permission: 'activity.view' },
  },
  {
    path: 'monitoring',
    name: 'monitoring',
    component: () => import('./monitoring/MonitoringPage.vue'),
    meta: { permission: 'monitoring.view' },
  },
  { path: 'routers', name: 'routers', component: () => import('./routers/RegistryPage.vue'), meta: { permission: 'monitoring.view' } },
  {
    path: 'unknown-sources',
    name: 'unknown-sources',
    component: () => import('./unknown-sources/UnknownSourcesPage.vue'),
    meta: { permission: 'monitoring.view' },
  },
];

function numericId(route: { params: Record<string, string | string[]> }) {
  return { id: Number(route.params.id) };
}
