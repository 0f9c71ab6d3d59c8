import { Activity, Building2, HeartPulse, LayoutDashboard, Package, Plus, Radar, Router, Users } from '@lucide/vue';
import { client, ok } from '@/api/client';
import type { Face } from '@/shared/frame/face';
import AlertNotice from './monitoring/AlertNotice.vue';
import { platformRoutes } from './routes';

/** What the platform's own host shows. */
export const platformFace: Face = {
  messages: (locale) => (locale === 'id' ? import('./messages/id') : import('./messages/en')),
  routes: platformRoutes,
  navigation: [
    { items: [{ label: 'nav.overview', to: { name: 'overview' }, icon: LayoutDashboard, permission: 'overview.view' }] },
    {
      label: 'nav.business',
      items: [
        { label: 'nav.tenants', to: { name: 'tenants' }, icon: Building2, permission: 'tenants.view' },
        { label: 'nav.plans', to: { name: 'plans' }, icon: Package, permission: 'plans.view' },
      ],
    },
    {
      label: 'nav.network',
      items: [
        { label: 'nav.monitoring', to: { name: 'monitoring' }, icon: HeartPulse, permission: 'monitoring.view' },
        { label: 'nav.routers', to: { name: 'routers' }, icon: Router, permission: 'monitoring.view' },
        { label: 'nav.unknown_sources', to: { name: 'unknown-sources' }, icon: Radar, permission: 'monitoring.view' },
      ],
    },
    {
      label: 'nav.team',
      items: [
        { label: 'nav.users', to: { name: 'users' }, icon: Users, permission: 'platform_users.view' },
        { label: 'nav.activity', to: { name: 'activity' }, icon: Activity, permission: 'activity.view' },
      ],
    },
  ],
  notice: AlertNotice,
  bottomBar: () => [],
  commands: (t) => [
    { id: 'tenant.new', label: t('tenants.create'), icon: Plus, to: { name: 'tenants.new' }, permission: 'tenants.manage' },
    { id: 'plan.new', label: t('plans.create'), icon: Plus, to: { name: 'plans.new' }, permission: 'plans.manage' },
    { id: 'user.new', label: t('users.create'), icon: Plus, to: { name: 'users.new' }, permission: 'platform_users.manage' },
  ],
  sources: [
    {
      label: 'nav.tenants',
      permission: 'tenants.view',
      find: async (text, signal) => {
        const { data } = await ok(client.GET('/api/platform/tenants', { params: { query: { search: text, per_page: 6 } }, signal }));
        return data.map((tenant) => ({
          id: `tenant-${tenant.id}`,
          label: tenant.name,
          hint: tenant.slug,
          icon: Building2,
          to: { name: 'tenants.detail', params: { id: tenant.id } },
        }));
      },
    },
  ],
  home: (user) => {
    if (user.permissions.includes('overview.view')) return { name: 'overview' };
    return { name: 'account' };
  },
};
