import { shallowRef } from 'vue';
import { signedInUser } from '@/api/access';
import { can } from '../composables/permission';
import type { Face, NavigationGroup } from './face';

export const face = shallowRef<Face>();

/** The navigation this person may use. */
export function allowedNavigation(): NavigationGroup[] {
  if (!signedInUser.value) return [];
  return (face.value?.navigation ?? [])
    .map((group) => ({ ...group, items: group.items.filter((item) => can(item.permission)) }))
    .filter((group) => group.items.length > 0);
}
