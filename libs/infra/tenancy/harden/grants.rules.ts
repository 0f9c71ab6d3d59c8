const OWN_NAME = /^t_[0-9a-z_]{1,48}$/;
const USAGE = /^GRANT USAGE ON \*\.\* TO /i;
const ON_DATABASE = /^GRANT ([A-Z ,]+) ON `([^`]+)`\.\* TO /i;

/** What requests and jobs need. The schema is changed by the account that provisions, never by a tenant's own. */
const WORK = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'LOCK TABLES']);

export function isTenantDatabaseName(name: string): boolean {
  return OWN_NAME.test(name);
}

/** As a grant must name a database: an underscore that is not escaped stands for any character, and so for other tenants too. */
export function grantPattern(database: string): string {
  return database.replaceAll('_', '\\_');
}

/** What is wrong with the grants of a tenant's account, as the server lists them. Everything but its own database is too much. */
export function faultsOfGrants(grants: readonly string[], database: string): string[] {
  const faults: string[] = [];
  let own = false;
  for (const grant of grants) {
    if (/ WITH (.* )?GRANT OPTION/i.test(grant)) faults.push('may pass its rights on');
    if (USAGE.test(grant)) continue;
    const [, rights = '', on] = ON_DATABASE.exec(grant) ?? [];
    if (on === undefined) faults.push(`has a grant beyond its database: ${withoutSecrets(grant)}`);
    else if (on === grantPattern(database)) {
      own = true;
      const excess = rights
        .split(',')
        .map((right) => right.trim().toUpperCase())
        .filter((right) => !WORK.has(right));
      if (excess.length > 0) faults.push(`may do more than work with rows: ${excess.join(', ')}`);
    } else if (on === database) faults.push('has a grant whose underscores are wildcards: it covers databases with similar names');
    else faults.push(`has a grant on ${on}`);
  }
  if (!own) faults.push('has no grant on its own database');
  return faults;
}

function withoutSecrets(grant: string): string {
  return grant.replace(/ IDENTIFIED .*$/i, '');
}
