import type { Permission } from '@jala/contracts';
import { signedInUser } from '@/api/access';

/** Decides what is shown only; the server decides what is allowed. */
export function can(permission: Permission | undefined): boolean {
  return permission === undefined || (signedInUser.value?.permissions.includes(permission) ?? false);
}
