import { Injectable } from '@nestjs/common';
import type { Actor, Page, PageRequest, ServiceType } from '@jala/contracts';
import { Clock } from '@jala/kernel';
import {
  type CoaAttempt,
  CoaAttempts,
  errorCauseText,
  type Login,
  LoginsReader,
  type Session,
  SessionsReader,
  userKey,
} from '@jala/radius';
import { type CustomerRef, CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';
import { radiusGroupName } from '@jala/tenant/service-plans';
import { type DisconnectionState, disconnectionState } from './disconnection.rules';

export interface SessionFilterInput {
  readonly state: 'online' | 'ended';
  readonly routerId?: number;
  readonly serviceType?: ServiceType;
  readonly servicePlanId?: number;
  /** Online only: the fastest first instead of the newest. */
  readonly fastest?: boolean;
}

/** The wish to end a session that is still open. */
export interface DisconnectionView {
  readonly state: DisconnectionState;
  readonly reason: string;
  readonly requestedBy: string | null;
  readonly sentAt: Date;
  /** How often it was tried so far. */
  readonly tries: number;
  readonly errorCause: number | null;
  /** Why the router refused, in words. */
  readonly refusal: string | null;
}

export interface SessionView extends Session {
  /** Null: nobody wished to end it. Anything but `asked` will not end by itself. */
  readonly disconnection: DisconnectionView | null;
  /** Null: somebody who is no customer, or no customer any more. */
  readonly customer: CustomerRef | null;
  readonly router: { readonly id: number; readonly name: string } | null;
}

export interface LoginView extends Login {
  readonly router: { readonly id: number; readonly name: string } | null;
}

export interface OnlineCount {
  readonly online: number;
  readonly at: Date;
}

@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsReader,
    private readonly logins: LoginsReader,
    private readonly attempts: CoaAttempts,
    private readonly customers: CustomersService,
    private readonly routers: RoutersService,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(_actor: Actor, request: PageRequest, { servicePlanId, ...filter }: SessionFilterInput): Promise<Page<SessionView>> {
    const group = servicePlanId === undefined ? undefined : radiusGroupName(servicePlanId);
    const page = await this.sessions.list({ ...filter, group, search: request.search, page: request.page, perPage: request.perPage });
    return { total: page.total, rows: await this.views(page.rows) };
  }

  /** @throws DomainError CUSTOMER_NOT_FOUND */
  async ofCustomer(actor: Actor, customerId: number, request: PageRequest): Promise<Page<SessionView>> {
    const customer = await this.customers.get(actor, customerId);
    const page = await this.sessions.forUser(customer.username, request, customerSince(customer));
    return { total: page.total, rows: await this.views(page.rows) };
  }

  /** Who tried with this customer's name, when, from where, and why it was refused. @throws DomainError CUSTOMER_NOT_FOUND */
  async loginsOfCustomer(actor: Actor, customerId: number, request: PageRequest): Promise<Page<LoginView>> {
    const customer = await this.customers.get(actor, customerId);
    const page = await this.logins.forUser(customer.username, request, customerSince(customer));
    const names = await this.routers.namesOf(page.rows.map((login) => login.routerId));
    return { total: page.total, rows: page.rows.map((login) => ({ ...login, router: routerOf(login.routerId, names) })) };
  }

  async countOnline(): Promise<OnlineCount> {
    return { online: await this.sessions.countOnline(), at: this.clock.now() };
  }

  /** Three statements for any number of sessions. */
  private async views(sessions: readonly Session[]): Promise<SessionView[]> {
    const customers = await this.customers.byUsernames(sessions.map((session) => session.username));
    const names = await this.routers.namesOf(sessions.map((session) => session.routerId));
    const attempts = await this.attempts.lastDisconnects(sessions.filter(({ endedAt }) => !endedAt).map(({ id }) => id));
    return sessions.map((session) => ({
      ...session,
      disconnection: disconnectionOf(session, attempts.get(session.id)),
      customer: customers.get(userKey(session.username)) ?? null,
      router: routerOf(session.routerId, names),
    }));
  }
}

function disconnectionOf(session: Session, attempt: CoaAttempt | undefined): DisconnectionView | null {
  const state = disconnectionState(session, attempt);
  if (!attempt || !state) return null;
  const { reason, requestedBy, sentAt, try: tries, errorCause } = attempt;
  const refusal = attempt.answer === 'nak' ? errorCauseText(errorCause ?? undefined) : null;
  return { state, reason, requestedBy, sentAt, tries, errorCause, refusal };
}

function routerOf(id: number, names: ReadonlyMap<number, string>): { id: number; name: string } | null {
  const name = names.get(id);
  return name === undefined ? null : { id, name };
}

/** The username may have been somebody else's before. FreeRADIUS notes whole seconds. */
function customerSince({ createdAt }: { readonly createdAt: Date }): Date {
  return new Date(createdAt.getTime() - 1_000);
}
