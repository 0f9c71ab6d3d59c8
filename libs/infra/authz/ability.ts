import { Ability } from '@casl/ability';
import type { Permission } from '@jala/contracts';

export type JalaAbility = Ability<[string, string]>;

/**
 * CASL reads the action `manage` and the subject `all` as wildcards. Jala's permissions mean exactly what they say
 * (`customers.manage` is not `customers.view`), so the wildcards are moved to words no permission can contain.
 */
const NO_WILDCARDS = { anyAction: '<any action>', anySubjectType: '<any subject>' };

const abilities = new WeakMap<ReadonlySet<Permission>, JalaAbility>();

/** `service_plans.manage` → action `manage` on `service_plans`. */
export function actionAndSubject(permission: Permission): { action: string; subject: string } {
  const [subject, action] = permission.split('.');
  if (!subject || !action) throw new Error(`not a permission: ${permission}`);
  return { action, subject };
}

/** Default deny: only what the set names. The set must not be changed afterwards; its ability is remembered. */
export function abilityFor(permissions: ReadonlySet<Permission>): JalaAbility {
  const known = abilities.get(permissions);
  if (known) return known;
  const ability: JalaAbility = new Ability([...permissions].map(actionAndSubject), NO_WILDCARDS);
  abilities.set(permissions, ability);
  return ability;
}

export function isAllowed(permissions: ReadonlySet<Permission>, permission: Permission): boolean {
  const { action, subject } = actionAndSubject(permission);
  return abilityFor(permissions).can(action, subject);
}
