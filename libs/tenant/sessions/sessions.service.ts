import { Injectable } from '@nestjs/common';
import type { Actor, Page, PageRequest, ServiceType } from '@jala/contracts';
import { Clock } from '@jala/kernel';
import { type Login, LoginsReader, type Session, SessionsReader, userKey } from '@jala/radius';
import { type CustomerRef, CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';

export interface SessionFilterInput {
  readonly state: 'online' | 'ended';
  readonly routerId?: number;
  readonly serviceType?: ServiceType;
}

export interface SessionView extends Session {
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
    private readonly customers: CustomersService,
    private readonly routers: RoutersService,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(_actor: Actor, request: PageRequest, filter: SessionFilterInput): Promise<Page<SessionView>> {
    const page = await this.sessions.list({ ...filter, search: request.search, page: request.page, perPage: request.perPage });
    return { total: page.total, rows: await this.views(page.rows) };
  }

  /** @throws DomainError CUSTOMER_NOT_FOUND */
  async ofCustomer(actor: Actor, customerId: number, request: PageRequest): Promise<Page<SessionView>> {
    const customer = await this.customers.get(actor, customerId);
    const page = await this.sessions.forUser(customer.username, request);
    return { total: page.total, rows: await this.views(page.rows) };
  }

  /** Who tried with this customer's name, when, from where, and why it was refused. @throws DomainError CUSTOMER_NOT_FOUND */
  async loginsOfCustomer(actor: Actor, customerId: number, request: PageRequest): Promise<Page<LoginView>> {
    const customer = await this.customers.get(actor, customerId);
    const page = await this.logins.forUser(customer.username, request);
    const names = await this.routers.namesOf(page.rows.map((login) => login.routerId));
    return { total: page.total, rows: page.rows.map((login) => ({ ...login, router: routerOf(login.routerId, names) })) };
  }

  async countOnline(): Promise<OnlineCount> {
    return { online: await this.sessions.countOnline(), at: this.clock.now() };
  }

  /** Two statements for any number of sessions. */
  private async views(sessions: readonly Session[]): Promise<SessionView[]> {
    const customers = await this.customers.byUsernames(sessions.map((session) => session.username));
    const names = await this.routers.namesOf(sessions.map((session) => session.routerId));
    return sessions.map((session) => ({
      ...session,
      customer: customers.get(userKey(session.username)) ?? null,
      router: routerOf(session.routerId, names),
    }));
  }
}

function routerOf(id: number, names: ReadonlyMap<number, string>): { id: number; name: string } | null {
  const name = names.get(id);
  return name === undefined ? null : { id, name };
}
