import { Injectable } from '@nestjs/common';
import { PLATFORM_ROLE_PERMISSIONS, PLATFORM_ROLES, type Permission, type PlatformRole } from '@jala/contracts';
import { ActivityLog } from '@jala/central/activity';
import { CentralDatabase } from '@jala/infra/central-db';
import { AccountStore } from '@jala/infra/identity';

const PERMISSIONS = new Map<string, ReadonlySet<Permission>>(
  PLATFORM_ROLES.map((role: PlatformRole) => [role, new Set<Permission>(PLATFORM_ROLE_PERMISSIONS[role])]),
);
const NONE: ReadonlySet<Permission> = new Set();

/** The people who run the platform. Their roles are fixed. */
@Injectable()
export class PlatformAccountStore extends AccountStore {
  readonly audience = 'platform';
  readonly roles = PLATFORM_ROLES;

  constructor(database: CentralDatabase, activity: ActivityLog) {
    super(database, activity, 'platform_users');
  }

  async permissionsOf(role: string): Promise<ReadonlySet<Permission>> {
    return PERMISSIONS.get(role) ?? NONE;
  }

  async displayName(): Promise<string> {
    return 'Jala';
  }
}
