import type { StaffMember } from '@/api/models';

/** The one word about a person's account. */
export function staffState(member: StaffMember): 'inactive' | 'locked' | 'invited' | 'active' {
  if (!member.active) return 'inactive';
  if (member.locked_until) return 'locked';
  return member.invited ? 'invited' : 'active';
}
