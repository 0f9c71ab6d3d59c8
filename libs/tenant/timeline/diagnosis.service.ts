import { Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { Clock } from '@jala/kernel';
import { type HistoryBefore, HistoryReader, SessionsReader } from '@jala/radius';
import { CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';
import { diagnose, type Diagnosis } from './diagnosis.rules';
import type { Named } from './timeline.types';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** "Often" is the same for a router that asks every second. */
const MOST_COUNTED = 1_000;

export interface DiagnosisView extends Diagnosis {
  readonly router: Named | null;
  /** Refused in the last hour; stops at 1,000. */
  readonly rejectionsLastHour: number;
}

@Injectable()
export class DiagnosisService {
  constructor(
    private readonly history: HistoryReader,
    private readonly sessions: SessionsReader,
    private readonly customers: CustomersService,
    private readonly routers: RoutersService,
    private readonly clock: Clock,
  ) {}

  /** Why they cannot connect, or that they are. @throws DomainError CUSTOMER_NOT_FOUND */
  async ofCustomer(actor: Actor, id: number): Promise<DiagnosisView> {
    const customer = await this.customers.get(actor, id);
    const { username, status, expiresAt } = customer;
    const now = this.clock.now();
    const before: HistoryBefore = { at: new Date(now.getTime() + DAY_MS), id: Number.MAX_SAFE_INTEGER };
    const newest = { before, limit: 1, since: new Date(customer.createdAt.getTime() - 1_000) };
    const [newestSession] = (await this.sessions.forUser(username, { page: 1, perPage: 1 })).rows;
    const open = newestSession && !newestSession.endedAt ? newestSession : undefined;
    const online = open && (await this.sessions.onlineOf(username)).at(-1);
    // Who is online with this name now is this customer; one that fell silent long ago may have been somebody else.
    const silent = open && !online && open.startedAt >= newest.since ? open : undefined;
    const [ended] = await this.history.ended({ username }, newest);
    const [accepted] = await this.history.logins({ username }, true, newest);
    const [rejected] = await this.history.logins({ username }, false, newest);
    const diagnosis = diagnose({ status, expiresAt, online, silent, ended, accepted, rejected });
    return {
      ...diagnosis,
      router: await this.router(diagnosis.routerId),
      rejectionsLastHour: rejected ? await this.history.rejections(username, new Date(now.getTime() - HOUR_MS), MOST_COUNTED) : 0,
    };
  }

  private async router(id: number | null): Promise<Named | null> {
    const name = id === null ? undefined : (await this.routers.namesOf([id])).get(id);
    return id === null || name === undefined ? null : { id, name };
  }
}
