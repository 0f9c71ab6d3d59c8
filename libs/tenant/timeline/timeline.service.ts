import { Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { Clock } from '@jala/kernel';
import { type HistoryBefore, type HistoryOf, HistoryReader } from '@jala/radius';
import { CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';
import { ServicePlansService } from '@jala/tenant/service-plans';
import { ChangesRepository } from './changes.repository';
import { planIdsIn, statusChangeOf } from './changes.rules';
import { CoaAnswersRepository } from './coa-answers.repository';
import { beforeOf, condensed, inOrder, positionOf, positionText, TIMELINE_KINDS } from './timeline.rules';
import type { TimelineEntry, TimelineKind, TimelinePage } from './timeline.types';

/** Rows of each source for one page; condensed they are fewer. */
const READ = 60;
/** Beyond this the search for a name over the whole tenant does not look. */
const SEARCHED_DAYS = 30;
const DAY_MS = 86_400_000;
/** FreeRADIUS notes whole seconds. */
const SECOND_MS = 1_000;

export interface TimelineRequest {
  /** The `next` of the page before. */
  readonly before?: string;
  /** All of them when absent. */
  readonly kinds?: readonly TimelineKind[];
}

export interface LoginsRequest {
  readonly before?: string;
  readonly accepted: boolean;
  readonly search?: string;
}

interface Subject {
  readonly of: HistoryOf;
  readonly change: { readonly type: 'customer' | 'router'; readonly id: number };
  /** A username may have been somebody else's before. */
  readonly since?: Date;
}

/** Everything that explains why somebody gets on or does not, in one order. */
@Injectable()
export class TimelineService {
  constructor(
    private readonly history: HistoryReader,
    private readonly changes: ChangesRepository,
    private readonly coa: CoaAnswersRepository,
    private readonly customers: CustomersService,
    private readonly routers: RoutersService,
    private readonly plans: ServicePlansService,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError CUSTOMER_NOT_FOUND, VALIDATION_FAILED */
  async ofCustomer(actor: Actor, id: number, request: TimelineRequest): Promise<TimelinePage> {
    const { username, createdAt } = await this.customers.get(actor, id);
    const since = new Date(createdAt.getTime() - SECOND_MS);
    return this.page({ of: { username }, change: { type: 'customer', id }, since }, request);
  }

  /** @throws DomainError ROUTER_NOT_FOUND, VALIDATION_FAILED */
  async ofRouter(actor: Actor, id: number, request: TimelineRequest): Promise<TimelinePage> {
    await this.routers.get(actor, id);
    return this.page({ of: { routerId: id }, change: { type: 'router', id } }, request);
  }

  /** Over the whole tenant, unknown names included: how a mistyped username is found. @throws DomainError VALIDATION_FAILED */
  async logins(_actor: Actor, { before, accepted, search }: LoginsRequest): Promise<TimelinePage> {
    const kind = accepted ? 'accepted' : 'rejected';
    const from = this.from(before)(kind);
    const since = search ? new Date(this.clock.now().getTime() - SEARCHED_DAYS * DAY_MS) : undefined;
    const rows = await this.history.allLogins({ accepted, search, before: from, since, limit: READ + 1 });
    return this.condense(rows.map((login) => loginEntry(kind, login)));
  }

  private async page(subject: Subject, { before, kinds = TIMELINE_KINDS }: TimelineRequest): Promise<TimelinePage> {
    const from = this.from(before);
    const read = await Promise.all(kinds.map((kind) => this.read(kind, subject, from(kind))));
    return this.condense(read.flat().sort(inOrder));
  }

  private async read(kind: TimelineKind, { of, change, since }: Subject, before: HistoryBefore): Promise<TimelineEntry[]> {
    const page = { before, limit: READ + 1, since };
    switch (kind) {
      case 'accepted':
      case 'rejected':
        return (await this.history.logins(of, kind === 'accepted', page)).map((login) => loginEntry(kind, login));
      case 'started':
        return (await this.history.started(of, page)).map((session) => ({ kind, id: session.id, at: session.startedAt, session }));
      case 'ended':
        return (await this.history.ended(of, page)).flatMap((session) =>
          session.endedAt ? [{ kind, id: session.id, at: session.endedAt, session }] : [],
        );
      case 'coa':
        return (await this.coa.of(of, page)).map(({ id, at, ...coa }) => ({ kind, id, at, coa }));
      case 'change': {
        const rows = await this.changes.of(change.type, change.id, page);
        const plans = await this.plans.namesOf(planIdsIn(rows));
        return rows.map((row) => ({ kind, id: row.id, at: row.at, change: statusChangeOf(row, plans) }));
      }
    }
  }

  /** Every source gave one more than a page, so what is first of all of them together is complete. */
  private async condense(rows: readonly TimelineEntry[]): Promise<TimelinePage> {
    const shown = rows.slice(0, READ);
    const last = shown.at(-1);
    const entries = condensed(shown);
    const users = entries.flatMap((entry) => usernameOf(entry) ?? []);
    return {
      entries,
      next: last && rows.length > READ ? positionText(last) : null,
      routers: await this.routers.namesOf(entries.flatMap((entry) => routerOf(entry) ?? [])),
      customers: await this.customers.byUsernames(users),
    };
  }

  private from(before: string | undefined): (kind: TimelineKind) => HistoryBefore {
    if (before !== undefined) {
      const last = positionOf(before);
      return (kind) => beforeOf(kind, last);
    }
    // A router's clock may run ahead; a day is more than any of them.
    const newest = { at: new Date(this.clock.now().getTime() + DAY_MS), id: Number.MAX_SAFE_INTEGER };
    return () => newest;
  }
}

function loginEntry(kind: 'accepted' | 'rejected', login: Awaited<ReturnType<HistoryReader['logins']>>[number]): TimelineEntry {
  const { id, at } = login;
  return kind === 'accepted' ? { kind, id, at, login } : { kind, id, at, login, times: 1, since: at };
}

function usernameOf(entry: TimelineEntry): string | undefined {
  if ('login' in entry) return entry.login.username;
  if ('session' in entry) return entry.session.username;
  return 'coa' in entry ? entry.coa.username : undefined;
}

function routerOf(entry: TimelineEntry): number | undefined {
  if ('login' in entry) return entry.login.routerId;
  if ('session' in entry) return entry.session.routerId;
  return 'coa' in entry ? entry.coa.routerId : undefined;
}
