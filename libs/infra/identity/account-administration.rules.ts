import { type Actor, DomainError, type Permission } from '@jala/contracts';

/**
 * Nobody hands on, or lays hands on, more than they have: neither by giving a role, nor by changing the account of
 * somebody who may do more (a new password for the owner would be the owner's power).
 * @throws DomainError GRANT_EXCEEDS_OWN
 */
export function assertWithinOwn(actor: Actor, permissions: Iterable<Permission>): void {
  for (const permission of permissions) {
    if (!actor.permissions.has(permission)) throw new DomainError('GRANT_EXCEEDS_OWN', { permission });
  }
}

/** Whoever could lock themselves out, or promote themselves, asks a colleague. */
export function assertNotSelf(actor: Actor, accountId: number): void {
  if (actor.kind !== 'system' && actor.id === accountId) throw new DomainError('CANNOT_CHANGE_SELF');
}
