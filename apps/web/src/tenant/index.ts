import {
  Activity,
  ChartColumn,
  CirclePlus,
  Gauge,
  History,
  House,
  Package,
  Router as RouterIcon,
  Settings,
  ShieldCheck,
  UserPlus,
  UserRound,
  Users,
  UsersRound,
} from '@lucide/vue';
import { client, ok } from '@/api/client';
import { can } from '@/shared/composables/permission';
import type { CommandItem, Face, NavigationItem } from '@/shared/frame/face';
import { tenantRoutes } from './routes';

const TODAY: NavigationItem = { label: 'nav.today', to: { name: 'today' }, icon: House, permission: 'dashboard.view' };
const CUSTOMERS: NavigationItem = { label: 'nav.customers', to: { name: 'customers' }, icon: Users, permission: 'customers.view' };
const NEW_CUSTOMER: NavigationItem = {
  label: 'nav.new_customer',
  to: { name: 'customers.new' },
  icon: UserPlus,
  permission: 'customers.manage',
};
const SESSIONS: NavigationItem = { label: 'nav.sessions', to: { name: 'sessions' }, icon: Activity, permission: 'sessions.view' };
const USAGE: NavigationItem = { label: 'nav.usage', to: { name: 'usage' }, icon: ChartColumn, permission: 'reports.view' };
const ROUTERS: NavigationItem = { label: 'nav.routers', to: { name: 'routers' }, icon: RouterIcon, permission: 'routers.view' };
const ACCOUNT: NavigationItem = { label: 'nav.account', to: { name: 'account' }, icon: UserRound };

/** At most three jobs, and only those the owner has left to the role. */
const JOBS: Record<string, NavigationItem[]> = {
  technician: [CUSTOMERS, SESSIONS, ROUTERS],
  cashier: [CUSTOMERS, NEW_CUSTOMER, SESSIONS],
  reseller: [TODAY, ACCOUNT],
};

/** What somebody sees first, best first. */
const FIRST: Record<string, NavigationItem[]> = {
  technician: [SESSIONS, CUSTOMERS, ROUTERS],
  cashier: [CUSTOMERS],
};

const MAX_FOUND = 6;

/** What an ISP's own host shows its staff. */
export const tenantFace: Face = {
  messages: (locale) => (locale === 'id' ? import('./messages/id') : import('./messages/en')),
  routes: tenantRoutes,
  navigation: [
    { items: [TODAY, CUSTOMERS] },
    { label: 'nav.group_sell', items: [{ label: 'nav.plans', to: { name: 'plans' }, icon: Package, permission: 'service_plans.view' }] },
    { label: 'nav.group_network', items: [SESSIONS, USAGE, ROUTERS] },
    {
      label: 'nav.group_team',
      items: [
        { label: 'nav.staff', to: { name: 'staff' }, icon: UsersRound, permission: 'staff.view' },
        { label: 'nav.roles', to: { name: 'roles' }, icon: ShieldCheck, permission: 'staff.view' },
        { label: 'nav.activity', to: { name: 'activity' }, icon: History, permission: 'tenant_activity.view' },
      ],
    },
    { items: [{ label: 'nav.settings', to: { name: 'settings' }, icon: Settings, permission: 'settings.view' }] },
  ],
  bottomBar: (user) => (JOBS[user.role] ?? []).filter((job) => can(job.permission)),
  commands: (t) => [
    {
      id: 'new-customer',
      label: t('customers.new'),
      icon: UserPlus,
      to: { name: 'customers.new' },
      permission: 'customers.manage',
      keywords: 'add tambah',
    },
    {
      id: 'new-router',
      label: t('routers.new'),
      icon: CirclePlus,
      to: { name: 'routers.new' },
      permission: 'routers.manage',
      keywords: 'add tambah nas mikrotik',
    },
    {
      id: 'new-plan',
      label: t('plans.new'),
      icon: CirclePlus,
      to: { name: 'plans.new' },
      permission: 'service_plans.manage',
      keywords: 'add tambah profil',
    },
    {
      id: 'new-staff',
      label: t('staff.new'),
      icon: CirclePlus,
      to: { name: 'staff.new' },
      permission: 'staff.manage',
      keywords: 'add tambah user',
    },
  ],
  sources: [
    { label: 'nav.customers', permission: 'customers.view', find: findCustomers },
    { label: 'nav.routers', permission: 'routers.view', find: findRouters },
    { label: 'nav.plans', permission: 'service_plans.view', find: findPlans },
  ],
  home: (user) => (FIRST[user.role] ?? []).find((item) => can(item.permission))?.to ?? (can('dashboard.view') ? TODAY.to : ACCOUNT.to),
};

const matching = (search: string, signal: AbortSignal) => ({ params: { query: { search, per_page: MAX_FOUND } }, signal });

async function findCustomers(text: string, signal: AbortSignal): Promise<CommandItem[]> {
  const { data } = await ok(client.GET('/api/tenant/customers', matching(text, signal)));
  return data.map(({ id, name, username }) => ({
    id: `customer-${id}`,
    label: name,
    hint: username,
    icon: UserRound,
    to: detail('customers', id),
  }));
}

async function findRouters(text: string, signal: AbortSignal): Promise<CommandItem[]> {
  const { data } = await ok(client.GET('/api/tenant/routers', matching(text, signal)));
  return data.map(({ id, name, address }) => ({
    id: `router-${id}`,
    label: name,
    hint: address ?? 'RadSec',
    icon: RouterIcon,
    to: detail('routers', id),
  }));
}

async function findPlans(text: string, signal: AbortSignal): Promise<CommandItem[]> {
  const { data } = await ok(client.GET('/api/tenant/service-plans', matching(text, signal)));
  return data.map(({ id, name }) => ({ id: `plan-${id}`, label: name, icon: Gauge, to: detail('plans', id) }));
}

const detail = (list: 'customers' | 'routers' | 'plans', id: number) => ({ name: `${list}.detail`, params: { id } });
