import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@jala/contracts';
import { isConflictWithOthers, isDatabaseUnavailable } from '@jala/infra/central-db';
import type { TenantLease } from '../pool/tenant-lease';
import { openScope, TenantScope } from '../tenant-scope';
import { LedgerRow, Mark } from './torture.entities';
import type { TorturePlace, TortureTenant } from './torture-place';

export interface LoadResult {
  ops: number;
  /** Rows or sessions of another tenant that an operation saw. */
  foreign: number;
  /** Tag of the tenant → what it was told is committed. */
  readonly committed: Map<string, string[]>;
  /** Tag of the tenant → transactions that counted and were told they are committed. */
  readonly counted: Map<string, number>;
  /** Host → kind of error → how often. */
  readonly errors: Map<string, Map<string, number>>;
  /** Operations that a suspended tenant's opener refused. */
  refused: number;
}

export interface LoadOptions {
  readonly workers?: number;
  /** The load goes on until this is settled, and at least for `minOps` operations. */
  readonly until: Promise<unknown>;
  readonly minOps?: number;
  /** How many of a thousand operations forget to give a connection back. */
  readonly leaksPerMille?: number;
}

/** Everything that code does to a tenant's database, mixed, over all tenants at once. */
export async function applyLoad(place: TorturePlace, name: string, options: LoadOptions): Promise<LoadResult> {
  const load = new Load(place, name, options);
  let goOn = true;
  void options.until.finally(() => (goOn = false)).catch(() => undefined);
  const { workers = 48, minOps = 0 } = options;
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      const random = generator(worker + 1);
      while (goOn || load.result.ops < minOps) await load.step(random);
    }),
  );
  await options.until;
  return load.result;
}

type Random = (below: number) => number;

class Load {
  readonly result: LoadResult = { ops: 0, foreign: 0, committed: new Map(), counted: new Map(), errors: new Map(), refused: 0 };
  private serial = 0;

  constructor(
    private readonly place: TorturePlace,
    private readonly name: string,
    private readonly options: LoadOptions,
  ) {}

  async step(random: Random): Promise<void> {
    const tenant = this.pick(random);
    try {
      await this.open(tenant, () => this.operate(tenant, random));
    } catch (error) {
      this.count(tenant, error);
      // Like a client that was told to come again.
      await sleep(2 + random(6));
    }
    this.result.ops++;
  }

  /** As the openers do it: the directory is asked, then the scope is opened. */
  private async open(tenant: TortureTenant, fn: () => Promise<void>): Promise<void> {
    const entry = await this.place.directory.byId(tenant.id);
    if (entry.status !== 'ready') {
      this.result.refused++;
      await sleep(1);
      return;
    }
    await TenantScope.run(entry, fn);
  }

  private async operate(tenant: TortureTenant, random: Random): Promise<void> {
    if (random(1_000) < (this.options.leaksPerMille ?? 0)) return this.forget();
    const kind = random(100);
    if (kind < 30) await this.look(tenant);
    else if (kind < 50) await this.save(tenant);
    else if (kind < 65) await this.pair(tenant, random);
    else if (kind < 75) await this.rollBack(tenant);
    else if (kind < 85) await this.inParallel(tenant);
    else if (kind < 91) await this.visitNeighbour(tenant, random);
    else if (kind < 95) await this.deadlockCandidate(random);
    else await this.dirtySession(tenant);
  }

  private async look(tenant: TortureTenant): Promise<void> {
    const rows = await this.ledger().find({ order: { id: 'DESC' }, take: 20 });
    this.expectOwn(tenant, rows);
    const [place] = await this.place.database.query<{ db: string; account: string }[]>(
      "SELECT DATABASE() AS db, SUBSTRING_INDEX(CURRENT_USER(), '@', 1) AS account",
    );
    if (place?.db !== tenant.db || place.account !== tenant.db) this.result.foreign++;
  }

  private async save(tenant: TortureTenant): Promise<void> {
    const op = this.newOp('single');
    const { id } = await this.ledger().save({ op, owner: tenant.tag });
    this.commit(tenant, op);
    if (!(await this.ledger().findOneBy({ id, op, owner: tenant.tag }))) this.result.foreign++;
  }

  private async pair(tenant: TortureTenant, random: Random): Promise<void> {
    const op = this.newOp('pair');
    await this.place.database.transaction(async () => {
      await this.ledger().save({ op, owner: tenant.tag });
      await sleep(random(4));
      this.expectOwn(tenant, await this.ledger().find({ order: { id: 'DESC' }, take: 10 }));
      await this.place.database.transaction(() => this.place.database.repository(Mark).save({ op, owner: tenant.tag }));
      await this.place.database.query('UPDATE counters SET n = n + 1 WHERE id = 1');
    });
    this.commit(tenant, op);
    this.result.counted.set(tenant.tag, (this.result.counted.get(tenant.tag) ?? 0) + 1);
  }

  private async rollBack(tenant: TortureTenant): Promise<void> {
    await this.place.database
      .transaction(async () => {
        await this.ledger().save({ op: this.newOp('rollback'), owner: 'ROLLED BACK' });
        this.expectOwn(tenant, await this.ledger().find({ where: { owner: tenant.tag }, take: 3 }));
        throw new Error('changed my mind');
      })
      .catch((error: unknown) => {
        if ((error as Error).message !== 'changed my mind') throw error;
      });
  }

  private async inParallel(tenant: TortureTenant): Promise<void> {
    const [, rows] = await Promise.all([
      this.ledger().count(),
      this.place.database.query<LedgerRow[]>('SELECT * FROM ledger ORDER BY id DESC LIMIT 5'),
      this.place.database.query('SELECT SLEEP(0.002)'),
      this.ledger().findOneBy({ owner: tenant.tag }),
    ]);
    this.expectOwn(tenant, rows);
  }

  /** Another tenant's scope inside an open transaction: what is done there is neither part of it nor rolled back with it. */
  private async visitNeighbour(tenant: TortureTenant, random: Random): Promise<void> {
    const other = this.pick(random);
    if (other.id === tenant.id) return;
    const op = this.newOp('visit');
    await this.place.database
      .transaction(async () => {
        await this.ledger().save({ op: this.newOp('rollback'), owner: 'ROLLED BACK' });
        await this.open(other, async () => {
          await this.ledger().save({ op, owner: other.tag });
          this.commit(other, op);
          this.expectOwn(other, await this.ledger().find({ take: 5, order: { id: 'DESC' } }));
        });
        throw new Error('changed my mind');
      })
      .catch((error: unknown) => {
        if ((error as Error).message !== 'changed my mind') throw error;
      });
  }

  private async deadlockCandidate(random: Random): Promise<void> {
    const [first, second] = random(2) === 0 ? [1, 2] : [2, 1];
    await this.place.database.transaction(async () => {
      await this.place.database.query('UPDATE counters SET n = n + 0 WHERE id = ?', [first]);
      await sleep(random(3));
      await this.place.database.query('UPDATE counters SET n = n + 0 WHERE id = ?', [second]);
    });
  }

  /** Leaves a session in the worst state it can; whoever gets the connection next, here most likely itself, must not notice. */
  private async dirtySession(tenant: TortureTenant): Promise<void> {
    for (let turn = 0; turn < 2; turn++) {
      const lease = await this.lease();
      try {
        const [rows] = await lease.promise().query('SELECT @whose AS whose, @@autocommit AS autocommit, @@in_transaction AS open');
        const [session] = rows as { whose: string | null; autocommit: number; open: number }[];
        if (session?.whose !== null || session.autocommit !== 1 || session.open !== 0) this.result.foreign++;
        if (turn > 0) continue;
        await lease.promise().query('SET @whose = ?, autocommit = 0', [tenant.tag]);
        await lease.promise().query('CREATE TEMPORARY TABLE marks (id INT)');
        await lease.promise().query("INSERT INTO ledger (op, owner) VALUES ('dirty', 'ROLLED BACK')");
      } finally {
        lease.release();
      }
    }
  }

  /** A query runner that is never released, inside a transaction that is never finished. */
  private async forget(): Promise<void> {
    const lease = await this.lease();
    await lease.promise().query('START TRANSACTION');
    await lease.promise().query("INSERT INTO ledger (op, owner) VALUES ('forgotten', 'ROLLED BACK')");
  }

  private lease(): Promise<TenantLease> {
    const scope = openScope();
    if (!scope) throw new Error('There is no scope.');
    return this.place.pools.lease(scope);
  }

  private ledger() {
    return this.place.database.repository(LedgerRow);
  }

  private pick(random: Random): TortureTenant {
    const tenant = this.place.tenants[random(this.place.tenants.length)];
    if (!tenant) throw new Error('There are no tenants.');
    return tenant;
  }

  private newOp(kind: string): string {
    return `${kind}-${this.name}-${++this.serial}`;
  }

  private commit(tenant: TortureTenant, op: string): void {
    const ops = this.result.committed.get(tenant.tag);
    if (ops) ops.push(op);
    else this.result.committed.set(tenant.tag, [op]);
  }

  private expectOwn(tenant: TortureTenant, rows: readonly LedgerRow[]): void {
    this.result.foreign += rows.filter(({ owner }) => owner !== tenant.tag && owner !== 'ROLLED BACK').length;
  }

  private count(tenant: TortureTenant, error: unknown): void {
    const kinds = this.result.errors.get(tenant.host) ?? new Map<string, number>();
    this.result.errors.set(tenant.host, kinds);
    const kind = kindOf(error);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
}

function kindOf(error: unknown): string {
  if (error instanceof DomainError) return error.params.reason === 'account_refused' ? 'ACCOUNT_REFUSED' : error.code;
  if (isDatabaseUnavailable(error)) return 'CONNECTION_LOST';
  if (isConflictWithOthers(error)) return 'CONFLICT';
  return (error as Error).message.slice(0, 100);
}

/** The same sequence in every run. */
function generator(seed: number): Random {
  let state = seed * 7_919;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}
