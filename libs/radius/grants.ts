const TABLE_RIGHTS: readonly (readonly [table: string, rights: string])[] = [
  ['radcheck', 'SELECT'],
  ['radreply', 'SELECT'],
  ['radgroupcheck', 'SELECT'],
  ['radgroupreply', 'SELECT'],
  ['radusergroup', 'SELECT'],
  // What a first login changes; everything else in it is Jala's to write.
  ['raduser', 'SELECT, UPDATE (status, first_login_at, first_mac, expires_at, mac, devices)'],
  ['zone_offsets', 'SELECT'],
  ['login_hours', 'SELECT'],
  ['radacct', 'SELECT, INSERT, UPDATE'],
  ['nasreload', 'SELECT, INSERT, UPDATE'],
  ['radacct_returns', 'SELECT, INSERT, UPDATE'],
];

/** What an earlier version gave while FreeRADIUS wrote the login history itself, and counted rejects in the place of the probe. */
const FORMER_TABLES = ['radpostauth', 'reject_counts'];

const DATABASE = /^t_[0-9a-z_]{1,48}$/;
const ACCOUNT = /^[0-9a-z_]{1,32}$/;
const HOST = /^(?:%|[0-9A-Za-z.:%_-]{1,255})$/;

/**
 * The rights FreeRADIUS has in one tenant's database: these tables and no others. The account exists already.
 * Statements may be run again. Names cannot be parameters of GRANT, so they are checked here.
 */
export function radiusGrants(database: string, user: string, host = '%'): string[] {
  const account = accountName(database, user, host);
  return TABLE_RIGHTS.map(([table, rights]) => `GRANT ${rights} ON \`${database}\`.\`${table}\` TO ${account}`);
}

/** Takes them away again, for example when a tenant is archived; also what an earlier version gave. Fails when they were never given. */
export function radiusRevokes(database: string, user: string, host = '%'): string[] {
  return [
    ...revokes(
      TABLE_RIGHTS.map(([table]) => table),
      database,
      user,
      host,
    ),
    ...radiusFormerRevokes(database, user, host),
  ];
}

/** Takes away only what an earlier version gave. Fails when it was never given. */
export function radiusFormerRevokes(database: string, user: string, host = '%'): string[] {
  return revokes(FORMER_TABLES, database, user, host);
}

function revokes(tables: readonly string[], database: string, user: string, host: string): string[] {
  const account = accountName(database, user, host);
  return tables.map((table) => `REVOKE ALL PRIVILEGES ON \`${database}\`.\`${table}\` FROM ${account}`);
}

function accountName(database: string, user: string, host: string): string {
  if (!DATABASE.test(database)) throw new RangeError(`not a tenant database: ${database}`);
  if (!ACCOUNT.test(user) || !HOST.test(host)) throw new RangeError('not a database account');
  return `'${user}'@'${host}'`;
}
