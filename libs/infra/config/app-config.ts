import { createSecretKey, type KeyObject } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { EnvironmentReader, type Environment } from './environment-reader';

const NODE_ENVIRONMENTS = ['development', 'test', 'production'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MIN_METRICS_TOKEN = 16;
const DATABASE_NAME = /^[0-9A-Za-z_]{1,64}$/;

export interface DatabaseAccount {
  readonly user: string;
  readonly password: string;
}

export interface EncryptionKey {
  readonly id: string;
  readonly key: KeyObject;
}

export interface StatusServer {
  /** `auth`, `acct`, `drain`: bounded, because it is a label of metrics. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/**
 * Everything an operator can set, read once at start. The secrets are non-enumerable or `KeyObject`s where that is possible,
 * so that a logged configuration does not give them away.
 */
@Injectable()
export class AppConfig {
  readonly env: (typeof NODE_ENVIRONMENTS)[number];
  readonly logLevel;
  readonly dataDir: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Addresses whose X-Forwarded-For is believed. */ readonly trustedProxies: readonly string[];
  };
  readonly worker: { readonly port: number; readonly concurrency: number };
  /** With it /metrics is read from other machines; without it only on this one. */
  readonly metrics: { readonly token: string | undefined };
  /** How the world reaches us; links in mails and pages are built from it. */
  readonly publicAddress: { readonly scheme: 'http' | 'https'; readonly rootDomain: string; readonly port: number };
  readonly centralDb: DatabaseAccount & {
    readonly host: string;
    readonly port: number;
    readonly socket?: string;
    readonly name: string;
    readonly poolMax: number;
    /** How long somebody waits for a connection before being told that we are busy. */
    readonly acquireTimeoutMs: number;
  };
  /** The account on the database host `default` that may create databases and users. Absent where a process never provisions. */
  readonly provisioning: DatabaseAccount | undefined;
  readonly tenantPool: { readonly max: number; readonly perTenantMax: number; readonly acquireTimeoutMs: number };
  readonly tenantMode: 'local' | 'cpanel';
  readonly redis: { readonly url: string; readonly prefix: string };
  /** The first one encrypts, all of them decrypt. */
  readonly encryptionKeys: readonly EncryptionKey[];
  /** A KeyObject and not text: verifying a token with text costs 280 µs, with a KeyObject 5 µs. */
  readonly jwtKey: KeyObject;
  readonly radius: {
    /** The database account that gets table grants in every tenant database. */
    readonly dbUser: string;
    /** FreeRADIUS's own folder, with the spool; readable where worker and FreeRADIUS share a machine. */
    readonly runDir: string;
    readonly clientsDir: string;
    readonly controlSockets: readonly string[];
    readonly host: string;
    /** What routers are told to send their requests to; `host` may be a name that only our own machines know. */
    readonly publicHost: string;
    readonly authPort: number;
    readonly acctPort: number;
    /** RADIUS over TLS; RFC 6614 says 2083. */
    readonly radsecPort: number;
    /** Where FreeRADIUS finds its certificate for RadSec and the CA of the routers'. */
    readonly radsecCertDir: string;
    /** The CoA port of a router that names none; RFC 5176 section 2.1. */
    readonly coaPort: number;
    readonly probeSecret: string | undefined;
    /** Where the login of nobody is answered; undefined: it is not asked for. */
    readonly probePort: number | undefined;
    /** Which processes answer Status-Server, and where. Empty: they are not watched. */
    readonly statusServers: readonly StatusServer[];
  };
  /** What the accounting spool may hold before somebody is told. */
  readonly backlogAlert: { readonly seconds: number; readonly bytes: number };
  readonly mail: {
    readonly transport: 'local' | 'smtp';
    readonly from: string;
    readonly smtp: {
      readonly host: string;
      readonly port: number;
      readonly secure: boolean;
      readonly account: DatabaseAccount | undefined;
    };
  };

  constructor(environment: Environment) {
    const read = new EnvironmentReader(environment);
    const base = read.port('JALA_PORT_BASE', 7600);

    // Development shows things to everybody, so it has to be said; who forgets it gets the safe one.
    this.env = read.oneOf('JALA_ENV', NODE_ENVIRONMENTS, 'production');
    this.logLevel = read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info');
    this.dataDir = resolve(read.text('JALA_DATA_DIR', '.data'));
    this.http = {
      host: read.text('JALA_HTTP_HOST', '127.0.0.1'),
      port: read.port('JALA_HTTP_PORT', base),
      trustedProxies: read.list('JALA_TRUSTED_PROXIES'),
    };
    this.worker = {
      port: read.port('JALA_WORKER_PORT', base + 1),
      concurrency: read.integer('WORKER_CONCURRENCY', 4, { min: 1, max: 256 }),
    };
    this.metrics = secretive({ token: readMetricsToken(read) }, 'token');
    this.publicAddress = {
      scheme: read.oneOf('JALA_PUBLIC_SCHEME', ['http', 'https'], 'http'),
      rootDomain: read.matching(
        'JALA_ROOT_DOMAIN',
        'localhost',
        /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/,
        'must be a lower-case domain name without scheme and port',
      ),
      port: read.port('JALA_PUBLIC_PORT', this.http.port),
    };

    this.centralDb = secretive(
      {
        host: read.text('CENTRAL_DB_HOST', '127.0.0.1'),
        port: read.port('CENTRAL_DB_PORT', base + 2),
        socket: read.optional('CENTRAL_DB_SOCKET'),
        name: read.matching('CENTRAL_DB_NAME', 'jala_central', DATABASE_NAME, 'must be letters, digits and _'),
        poolMax: read.integer('CENTRAL_DB_POOL_MAX', 20, { min: 1, max: 1_000 }),
        acquireTimeoutMs: read.integer('CENTRAL_DB_ACQUIRE_TIMEOUT_MS', 5_000, { min: 10, max: 120_000 }),
        user: read.text('CENTRAL_DB_USER', 'jala_app'),
        password: read.required('CENTRAL_DB_PASSWORD', 'the password of CENTRAL_DB_USER'),
      },
      'password',
    );
    const provisioningPassword = read.optional('PROVISION_DB_PASSWORD');
    this.provisioning =
      provisioningPassword === undefined
        ? undefined
        : secretive({ user: read.text('PROVISION_DB_USER', 'jala_provision'), password: provisioningPassword }, 'password');
    this.tenantPool = {
      max: read.integer('TENANT_DB_POOL_MAX', 20, { min: 1, max: 1_000 }),
      perTenantMax: read.integer('TENANT_DB_PER_TENANT_MAX', 8, { min: 1, max: 1_000 }),
      acquireTimeoutMs: read.integer('TENANT_DB_ACQUIRE_TIMEOUT_MS', 5_000, { min: 10, max: 120_000 }),
    };
    this.tenantMode = read.oneOf('TENANT_MODE', ['local', 'cpanel'], 'local');
    // The URL has the password in it.
    this.redis = secretive(
      {
        url: read.matching('REDIS_URL', `redis://127.0.0.1:${base + 3}`, /^rediss?:\/\//, 'must start with redis:// or rediss://'),
        prefix: read.matching('REDIS_PREFIX', 'jala', /^[0-9a-z:_-]+$/i, 'must be letters, digits, :, _ and -'),
      },
      'url',
    );

    this.encryptionKeys = readEncryptionKeys(read);
    this.jwtKey = createSecretKey(readJwtSecret(read));

    this.radius = secretive(
      {
        dbUser: read.text('RADIUS_DB_USER', 'jala_radius'),
        runDir: resolve(read.text('RADIUS_RUN_DIR', join(this.dataDir, 'radius'))),
        clientsDir: resolve(read.text('RADIUS_CLIENTS_DIR', join(this.dataDir, 'radius', 'clients.d'))),
        controlSockets: read.list('RADIUS_CONTROL_SOCKETS'),
        host: read.text('RADIUS_AUTH_HOST', '127.0.0.1'),
        publicHost: read.text(
          'RADIUS_PUBLIC_HOST',
          this.publicAddress.rootDomain === 'localhost' ? '127.0.0.1' : this.publicAddress.rootDomain,
        ),
        authPort: read.port('RADIUS_AUTH_PORT', base + 4),
        acctPort: read.port('RADIUS_ACCT_PORT', base + 5),
        radsecPort: read.port('RADIUS_RADSEC_PORT', base + 9),
        radsecCertDir: resolve(read.optional('RADIUS_RADSEC_CERT_DIR') ?? join(this.dataDir, 'radius', 'radsec')),
        coaPort: read.port('COA_PORT', 3799),
        probeSecret: read.optional('RADIUS_PROBE_SECRET'),
        probePort: read.optional('RADIUS_PROBE_PORT') === undefined ? undefined : read.port('RADIUS_PROBE_PORT', base + 7),
        statusServers: readStatusServers(read),
      },
      'probeSecret',
    );
    this.backlogAlert = {
      seconds: read.integer('RADIUS_BACKLOG_ALERT_SECONDS', 120, { min: 5, max: 86_400 }),
      bytes: read.integer('RADIUS_BACKLOG_ALERT_BYTES', 64 * 1024 ** 2, { min: 1_024, max: Number.MAX_SAFE_INTEGER }),
    };
    this.mail = readMail(read, this.env);
    read.throwIfAny();
  }

  get isProduction(): boolean {
    return this.env === 'production';
  }
}

function readEncryptionKeys(read: EnvironmentReader): EncryptionKey[] {
  const name = 'JALA_ENCRYPTION_KEYS';
  read.required(name, 'a list of id:base64(32 bytes), the current key first');
  const keys = read.list(name).flatMap((entry) => {
    const [, id, text] = /^([0-9A-Za-z_-]{1,16}):(.+)$/.exec(entry) ?? [];
    if (id === undefined || text === undefined) {
      read.problem(name, 'must be a list of id:base64(32 bytes); an id has up to 16 letters, digits, _ and -');
      return [];
    }
    const bytes = read.bytes(name, text, { exactly: 32 });
    return bytes ? [{ id, key: createSecretKey(bytes) }] : [];
  });
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) read.problem(name, 'names one id twice');
  return keys;
}

function readJwtSecret(read: EnvironmentReader): Buffer {
  const text = read.required('JALA_JWT_SECRET', 'base64 of at least 32 random bytes');
  const bytes = text === '' ? undefined : read.bytes('JALA_JWT_SECRET', text, { atLeast: 32 });
  return bytes ?? Buffer.alloc(1);
}

function readMetricsToken(read: EnvironmentReader): string | undefined {
  const token = read.optional('METRICS_TOKEN');
  if (token !== undefined && token.length < MIN_METRICS_TOKEN) {
    read.problem('METRICS_TOKEN', `must have at least ${MIN_METRICS_TOKEN} characters`);
  }
  return token;
}

function readStatusServers(read: EnvironmentReader): StatusServer[] {
  const name = 'RADIUS_STATUS_SERVERS';
  return read.list(name).flatMap((entry) => {
    const [, process, host, port] = /^([a-z][a-z0-9-]{0,31})=(\[[0-9a-f:]+\]|[0-9A-Za-z.-]+):(\d{1,5})$/.exec(entry) ?? [];
    if (process === undefined || host === undefined || !(Number(port) >= 1 && Number(port) <= 65_535)) {
      read.problem(name, 'must be a list of process=host:port, for example auth=127.0.0.1:1814');
      return [];
    }
    return [{ name: process, host: host.replace(/^\[|\]$/g, ''), port: Number(port) }];
  });
}

function readMail(read: EnvironmentReader, env: AppConfig['env']): AppConfig['mail'] {
  const isProduction = env === 'production';
  const transport = read.oneOf('MAIL_TRANSPORT', ['local', 'smtp'], isProduction ? 'smtp' : 'local');
  if (isProduction && transport === 'local') {
    read.problem(
      'MAIL_TRANSPORT',
      'must be smtp in production (JALA_ENV): local shows every mail, with links for new passwords, to anybody',
    );
  }
  const wantsServer = read.optional('MAIL_TRANSPORT') === 'smtp';
  const user = read.optional('SMTP_USER');
  return {
    transport,
    from: read.text('MAIL_FROM', 'Jala <no-reply@localhost>'),
    smtp: {
      host: wantsServer ? read.required('SMTP_HOST', 'MAIL_TRANSPORT is smtp') : read.text('SMTP_HOST', 'localhost'),
      port: read.port('SMTP_PORT', 587),
      secure: read.flag('SMTP_SECURE', false),
      account:
        user === undefined
          ? undefined
          : secretive({ user, password: read.required('SMTP_PASSWORD', 'the password of SMTP_USER') }, 'password'),
    },
  };
}

/** Keeps a secret readable for code and out of `JSON.stringify`, `util.inspect` and spread copies into logs. */
function secretive<T extends object>(value: T, secret: keyof T): T {
  return Object.defineProperty(value, secret, { value: value[secret], enumerable: false });
}
