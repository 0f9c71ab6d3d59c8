import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Actor } from '@jala/contracts';
import { TenantScope } from '@jala/infra/tenancy';
import { Clock } from '@jala/kernel';
import { HistoryReader, type Session, userKey } from '@jala/radius';
import { CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';
import { DateTime } from 'luxon';
import { csvStream } from './csv';
import { periodOf } from './period.rules';
import type { Period } from './usage.types';

const PAGE = 2_000;

/** The sessions that ended in a period, as one file however many they are. */
@Injectable()
export class SessionExportService {
  constructor(
    private readonly history: HistoryReader,
    private readonly customers: CustomersService,
    private readonly routers: RoutersService,
    private readonly clock: Clock,
  ) {}

  /** Newest first; days are the tenant's, instants are UTC. @throws DomainError VALIDATION_FAILED */
  async export(
    _actor: Actor,
    { routerId, ...days }: Partial<Period> & { readonly routerId?: number },
  ): Promise<{ name: string; file: Readable }> {
    const { timezone: zone } = TenantScope.current();
    const period = periodOf(days, this.clock.now(), zone);
    const since = DateTime.fromISO(period.from, { zone }).toJSDate();
    const until = DateTime.fromISO(period.to, { zone }).plus({ days: 1 }).toJSDate();
    let last: Session | undefined;
    let archived = false;
    const nextPage = async () => {
      let sessions = await this.history.endedIn({ since, until, routerId }, archived, last, PAGE);
      if (sessions.length === 0 && !archived) {
        archived = true;
        sessions = await this.history.endedIn({ since, until, routerId }, archived, undefined, PAGE);
      }
      last = sessions.at(-1) ?? last;
      const names = await this.routers.namesOf(sessions.map((session) => session.routerId));
      const customers = await this.customers.byUsernames(sessions.map(({ username }) => username));
      return sessions.map((session) => [
        session.username,
        customers.get(userKey(session.username))?.name ?? null,
        names.get(session.routerId) ?? session.nasIp,
        session.startedAt.toISOString(),
        session.endedAt?.toISOString() ?? null,
        session.seconds,
        session.outputBytes,
        session.inputBytes,
        session.framedIp,
        session.mac,
        session.terminateCause,
      ]);
    };
    const header = [
      'username',
      'customer',
      'router',
      'started_at',
      'ended_at',
      'seconds',
      'download_bytes',
      'upload_bytes',
      'ip',
      'mac',
      'terminate_cause',
    ];
    return { name: `sessions-${period.from}-${period.to}.csv`, file: await csvStream(header, nextPage) };
  }
}
