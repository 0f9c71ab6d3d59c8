import type { Permission } from '@jala/contracts';
import type { RouteComponent, RouteRecordRaw } from 'vue-router';

type Load = () => Promise<{ default: RouteComponent }>;

function page(path: string, name: string, permission: Permission, component: Load): RouteRecordRaw {
  return { path, name, component, meta: { permission } };
}

/** A page about one thing: the id of its path arrives as a number. */
function pageOf(path: string, name: string, permission: Permission, component: Load): RouteRecordRaw {
  return { path, name, component, meta: { permission }, props: (route) => ({ id: Number(route.params.id) }) };
}

export const tenantRoutes: RouteRecordRaw[] = [
  page('today', 'today', 'dashboard.view', () => import('./today/TodayPage.vue')),
  page('customers', 'customers', 'customers.view', () => import('./customers/CustomersPage.vue')),
  page('customers/new', 'customers.new', 'customers.manage', () => import('./customers/NewCustomerPage.vue')),
  pageOf('customers/:id(\\d+)', 'customers.detail', 'customers.view', () => import('./customers/CustomerPage.vue')),
  pageOf('customers/:id(\\d+)/edit', 'customers.edit', 'customers.manage', () => import('./customers/EditCustomerPage.vue')),
  page('plans', 'plans', 'service_plans.view', () => import('./plans/PlansPage.vue')),
  page('plans/new', 'plans.new', 'service_plans.manage', () => import('./plans/NewPlanPage.vue')),
  pageOf('plans/:id(\\d+)', 'plans.detail', 'service_plans.view', () => import('./plans/PlanPage.vue')),
  page('routers', 'routers', 'routers.view', () => import('./routers/RoutersPage.vue')),
  page('routers/new', 'routers.new', 'routers.manage', () => import('./routers/NewRouterPage.vue')),
  pageOf('routers/:id(\\d+)', 'routers.detail', 'routers.view', () => import('./routers/RouterPage.vue')),
  pageOf('routers/:id(\\d+)/edit', 'routers.edit', 'routers.manage', () => import('./routers/EditRouterPage.vue')),
  page('sessions', 'sessions', 'sessions.view', () => import('./sessions/SessionsPage.vue')),
  page('usage', 'usage', 'reports.view', () => import('./usage/UsagePage.vue')),
  page('staff', 'staff', 'staff.view', () => import('./staff/StaffPage.vue')),
  page('staff/new', 'staff.new', 'staff.manage', () => import('./staff/NewStaffPage.vue')),
  pageOf('staff/:id(\\d+)', 'staff.detail', 'staff.view', () => import('./staff/StaffMemberPage.vue')),
  page('roles', 'roles', 'staff.view', () => import('./staff/RolesPage.vue')),
  page('activity', 'activity', 'tenant_activity.view', () => import('./activity/ActivityPage.vue')),
  page('settings', 'settings', 'settings.view', () => import('./settings/SettingsPage.vue')),
];
