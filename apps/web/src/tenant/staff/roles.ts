import type { Permission } from '@jala/contracts';
import { useQuery } from '@tanstack/vue-query';
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { client, ok } from '@/api/client';
import { can } from '@/shared/composables/permission';

export const ROLES_KEY = ['tenant', 'roles'] as const;

export const useRoleMatrix = () => useQuery({ queryKey: ROLES_KEY, queryFn: () => ok(client.GET('/api/tenant/roles')) });

/** The roles this person may give: none that may do more than they may themselves. The role somebody has stays offered. */
export function useGrantableRoles(current: () => string | undefined = () => undefined) {
  const { t } = useI18n();
  const matrix = useRoleMatrix();
  const within = (permissions: readonly Permission[]) => permissions.every((permission) => can(permission));
  const roles = computed(() =>
    (matrix.data.value?.roles ?? [])
      .filter(({ role, permissions }) => role === current() || within(permissions))
      .map(({ role }) => ({ role, help: t(`staff.role_help.${role}`) })),
  );
  return { matrix, roles };
}

/** Whoever manages something also sees it: the server adds the right to see, so the form shows it at once. */
export function withPermission(own: readonly Permission[], permission: Permission, granted: boolean, all: readonly Permission[]): Permission[] {
  const next = new Set(own);
  const view = permission.replace(/\.[a-z_]+$/, '.view') as Permission;
  if (granted) {
    next.add(permission);
    if (all.includes(view)) next.add(view);
  } else {
    next.delete(permission);
    if (permission === view) for (const other of all) if (other.startsWith(view.slice(0, -'view'.length))) next.delete(other);
  }
  return all.filter((name) => next.has(name));
}
