import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FreeRadius, freeUdpPorts } from './freeradius';
import { type RadiusAccount, socketEnvironment } from './jala-servers';
import { ROUTER_SECRET } from './load';

/** Where Debian's package keeps the stock schema and the stock queries. */
export const STOCK_SQL = '/etc/freeradius/3.0/mods-config/sql/main/mysql';

/** As many as our own server has; on two cores more threads answer less (docs/decisions/0045). */
const THREADS = 8;

/** What our server answers for the same user, but for Class: of the user, and of the group where there are groups. */
export const USER_REPLIES = [
  ['Mikrotik-Rate-Limit', '5M/10M 10M/20M 4M/8M 16/16 8 1M/2M'],
  ['Mikrotik-Total-Limit', '2764472320'],
  ['Mikrotik-Total-Limit-Gigawords', '232830'],
] as const;
export const GROUP_REPLIES = [
  ['Framed-Pool', 'customers'],
  ['Acct-Interim-Interval', '300'],
  ['Idle-Timeout', '600'],
  ['Session-Timeout', '86400'],
] as const;

/** A FreeRADIUS that ours is measured against. */
export interface Rival {
  readonly authPort: number;
  readonly acctPort: number;
  readonly server: FreeRadius;
}

/** The upper limit: users in a file in memory, no database, no accounting. */
export async function startFilesServer(folder: string, users: number): Promise<Rival> {
  const replies = [...USER_REPLIES, ...GROUP_REPLIES].map(([name, value]) => `${name} = "${value}"`);
  const entries = Array.from({ length: users }, (_, index) => {
    const number = String(index + 1).padStart(5, '0');
    return `u${number} Cleartext-Password := "p${number}"\n\t${replies.join(',\n\t')}\n`;
  });
  return start(folder, 'files', {
    users: entries.join(''),
    modules: 'files {\n\tfilename = ${confdir}/users\n}\n',
    authorize: 'files',
    accounting: 'ok',
    postAuth: 'ok',
  });
}

/** Debian's rlm_sql with its own queries on its own schema, in one database: logins, login history and accounting in SQL. */
export async function startStockServer(folder: string, account: RadiusAccount, database: string): Promise<Rival> {
  const modules = sqlModule(
    account,
    database,
    `	acct_table1 = "radacct"
	acct_table2 = "radacct"
	postauth_table = "radpostauth"
	authcheck_table = "radcheck"
	groupcheck_table = "radgroupcheck"
	authreply_table = "radreply"
	groupreply_table = "radgroupreply"
	usergroup_table = "radusergroup"
	client_table = "nas"
	group_attribute = "SQL-Group"
	delete_stale_sessions = yes
	$INCLUDE ${STOCK_SQL}/queries.conf`,
  );
  return start(
    folder,
    'stock',
    { users: '', modules, authorize: 'sql', accounting: 'sql', postAuth: 'sql' },
    socketEnvironment(folder, account),
  );
}

/**
 * The least that any server with a database does: one SELECT of a password by its primary key, and a fixed answer. No enforcement, no
 * history. It shows what the round trip costs on this machine.
 */
export async function startSelectServer(folder: string, account: RadiusAccount, database: string): Promise<Rival> {
  const lookup = `sql_map lookup {
	sql_module_instance = "sql"
	dialect = "mysql"
	multiple_rows = no
	query = "SELECT password FROM ${database}.raduser WHERE username = '%{SQL-User-Name}'"
	update {
		control:Cleartext-Password := 0
	}
}
`;
  const answer = [...USER_REPLIES, ...GROUP_REPLIES].map(([name, value]) => `&${name} := "${value}"`).join('\n\t');
  return start(
    folder,
    'select',
    {
      users: '',
      modules: sqlModule(account, 'information_schema', '	sql_user_name = "%{User-Name}"') + lookup,
      authorize: 'lookup',
      accounting: 'ok',
      postAuth: `update reply {\n\t${answer}\n\t}`,
    },
    socketEnvironment(folder, account),
  );
}

const sqlModule = (account: RadiusAccount, database: string, settings: string): string => `sql {
	dialect = "mysql"
	driver = "rlm_sql_mysql"
	server = "localhost"
	login = "${account.user}"
	password = "${account.password}"
	radius_db = "${database}"
	read_clients = no
	mysql {
		warnings = no
	}
	pool {
		start = ${THREADS}
		min = ${THREADS}
		max = ${THREADS}
		spare = ${THREADS}
		uses = 0
		lifetime = 0
		idle_timeout = 0
		retry_delay = 1
	}
${settings}
}
`;

interface Parts {
  readonly users: string;
  readonly modules: string;
  readonly authorize: string;
  readonly accounting: string;
  readonly postAuth: string;
}

async function start(folder: string, name: string, parts: Parts, env: Record<string, string> = {}): Promise<Rival> {
  const raddb = join(folder, name);
  const [authPort = 0, acctPort = 0] = await freeUdpPorts(2);
  mkdirSync(join(raddb, 'run'), { recursive: true, mode: 0o700 });
  writeFileSync(join(raddb, 'users'), parts.users, { mode: 0o600 });
  writeFileSync(join(raddb, `${name}.conf`), configuration(raddb, name, authPort, acctPort, parts), { mode: 0o600 });
  return { authPort, acctPort, server: await FreeRadius.start(raddb, name, env) };
}

/** The same server around both: what Debian's default site does for a login and a record, less what a subscriber does not need. */
const configuration = (raddb: string, name: string, authPort: number, acctPort: number, parts: Parts): string => `name = ${name}
prefix = /usr
confdir = ${raddb}
localstatedir = ${raddb}
logdir = ${raddb}
run_dir = ${raddb}/run
pidfile = \${run_dir}/${name}.pid
max_request_time = 30
cleanup_delay = 5
max_requests = 262144
hostname_lookups = no
log {
	destination = stdout
	auth = no
}
security {
	max_attributes = 200
	reject_delay = 1
	status_server = yes
}
proxy_requests = no
client routers {
	ipaddr = 127.0.0.0/8
	secret = "${ROUTER_SECRET}"
}
thread pool {
	start_servers = ${THREADS}
	max_servers = ${THREADS}
	min_spare_servers = 1
	max_spare_servers = ${THREADS}
	max_queue_size = 65536
	max_requests_per_server = 0
	auto_limit_acct = no
}
modules {
	always ok {
		rcode = ok
	}
	always reject {
		rcode = reject
	}
	expr {
		safe_characters = "@abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_: /"
	}
	pap {
	}
	chap {
	}
	mschap {
	}
	expiration {
	}
	logintime {
	}
${parts.modules}}
policy {
	$INCLUDE /etc/freeradius/3.0/policy.d/accounting
	$INCLUDE /etc/freeradius/3.0/policy.d/filter
}
server ${name} {
	listen {
		type = auth
		ipaddr = 127.0.0.1
		port = ${authPort}
		recv_buff = 4194304
	}
	listen {
		type = acct
		ipaddr = 127.0.0.1
		port = ${acctPort}
		recv_buff = 4194304
	}
	authorize {
		filter_username
		chap
		mschap
		${parts.authorize}
		expiration
		logintime
		pap
	}
	authenticate {
		Auth-Type PAP {
			pap
		}
		Auth-Type CHAP {
			chap
		}
		Auth-Type MS-CHAP {
			mschap
		}
		mschap
	}
	preacct {
		acct_unique
	}
	accounting {
		${parts.accounting}
	}
	post-auth {
		${parts.postAuth}
		update reply {
			&Message-Authenticator := 0x00
		}
		Post-Auth-Type REJECT {
			${parts.postAuth}
		}
	}
}
`;
