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
  const withheld = computed(() =>
    (matrix.data.value?.roles ?? []).map(({ role }) => role).filter((role) => !roles.value.some((given) => given.role === role)),
  );
  return { matrix, roles, withheld };
}
