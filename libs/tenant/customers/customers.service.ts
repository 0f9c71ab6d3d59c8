import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type Actor,
  canonicalPhone,
  type CustomerStatus,
  type DomainError,
  type FieldError,
  type Page,
  type PageRequest,
  type ServiceType,
} from '@jala/contracts';
import { Clock, given } from '@jala/kernel';
import { duplicateKeyOf } from '@jala/infra/central-db';
import { type DisconnectReason, type RefreshReason, TenantOutbox } from '@jala/infra/queue';
import { PlanLimits, TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { neededFor, type RadiusGroup, RadiusWriter, SessionsReader, userKey } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import { firstPeriod, nextPeriod, radiusGroupOf, type ServicePlan, ServicePlansService, validityOf } from '@jala/tenant/service-plans';
import { generatePassword, generateUsername, passwordProblem, usernameProblem } from './credentials.rules';
import { Customer } from './customer.entity';
import { auditOf, fixedForUser, paidAfter, radiusUserOf, subjectOf } from './customer.rules';
import { customerStates, statusAt } from './customer.states';
import { addressTaken, assertFields, customerNotFound, usernameTaken } from './customers.errors';
import { type CustomerCounts, type CustomerFilter, type CustomerRef, CustomersRepository } from './customers.repository';
import {
  ADDRESS_KEYS,
  changesAddresses,
  changesFixedTerms,
  type FixedTerms,
  fixedTermsOf,
  NOTHING_FIXED,
  usernameFor,
} from './fixed-terms.rules';

export interface NewCustomer extends Partial<FixedTerms> {
  /** Generated from the name when absent. */
  readonly username?: string;
  /** Generated when absent. */
  readonly password?: string;
  readonly name: string;
  readonly servicePlanId: number;
  readonly serviceType: ServiceType;
  readonly phone?: string | null;
  readonly email?: string | null;
  readonly address?: string | null;
  readonly notes?: string | null;
}

export interface CustomerChange extends Partial<Omit<NewCustomer, 'password'>> {
  /** Null: does not end by itself. */
  readonly expiresAt?: Date | null;
}

export interface CustomerView extends Omit<Customer, 'status'> {
  readonly status: CustomerStatus;
  readonly servicePlan: { readonly id: number; readonly name: string };
  readonly online: boolean;
  readonly lastLoginAt: Date | null;
}

/** The customer together with the password, which nobody can read again afterwards. */
export interface CustomerWithPassword {
  readonly customer: CustomerView;
  readonly password: string;
}

/** A generated name is taken about once in a million; several times in a row is a mistake elsewhere. */
const USERNAME_ATTEMPTS = 5;

@Injectable()
export class CustomersService {
  constructor(
    private readonly db: TenantDatabase,
    private readonly customers: CustomersRepository,
    private readonly plans: ServicePlansService,
    private readonly limits: PlanLimits,
    private readonly radius: RadiusWriter,
    private readonly sessions: SessionsReader,
    private readonly outbox: TenantOutbox,
    private readonly activity: ActivityLog,
    private readonly clock: Clock,
  ) {}

  async list(_actor: Actor, request: PageRequest, filter: CustomerFilter): Promise<Page<CustomerView>> {
    const page = await this.customers.list(request, filter, this.clock.now());
    return { total: page.total, rows: await this.views(page.rows) };
  }

  /** @throws DomainError CUSTOMER_NOT_FOUND */
  async get(_actor: Actor, id: number): Promise<CustomerView> {
    const customer = await this.customers.find(id);
    if (!customer) throw customerNotFound(id);
    return this.view(customer);
  }

  /**
   * The customer can log in as soon as this returns: the rows FreeRADIUS reads are written in the same transaction.
   * @throws DomainError VALIDATION_FAILED, CUSTOMER_USERNAME_TAKEN, CUSTOMER_ADDRESS_TAKEN, PLAN_LIMIT_REACHED
   */
  async create(actor: Actor, asked: NewCustomer): Promise<CustomerWithPassword> {
    const input = { ...asked, ...NOTHING_FIXED, ...fixedTermsOf(asked) };
    const phone = this.checkedPhone(input.phone);
    assertFields({
      username: input.username === undefined ? undefined : usernameProblem(input.username),
      password: input.password === undefined ? undefined : passwordProblem(input.password),
      phone: phone.problem,
    });
    const password = input.password ?? generatePassword(randomInt);
    const customer = await this.withUsername(input, (username) => this.insert(actor, { ...input, phone: phone.value, username, password }));
    return { customer: await this.view(customer), password };
  }

  /**
   * Another plan takes effect at once and, unless the end is given too, keeps the end that was paid for.
   * @throws DomainError CUSTOMER_NOT_FOUND, VALIDATION_FAILED, CUSTOMER_USERNAME_TAKEN, CUSTOMER_ADDRESS_TAKEN
   */
  async update(actor: Actor, id: number, change: CustomerChange): Promise<CustomerView> {
    const phone = this.checkedPhone(change.phone);
    assertFields({
      username: change.username === undefined ? undefined : usernameProblem(change.username),
      phone: phone.problem,
    });
    const fixed = fixedTermsOf(change);
    const updated = await this.withGivenUsername(change.username, () =>
      this.db.transaction(async () => {
        const customer = await this.locked(id);
        const before = { ...customer };
        const plan = await this.planAfter(before, change.servicePlanId);
        const paid = paidAfter(before, plan, change.expiresAt, this.clock.now(), TenantScope.current().timezone);
        Object.assign(customer, given({ ...change, phone: phone.value }), fixed, paid);
        customer.username = usernameFor(customer);
        const saved = await this.customers.save(customer);
        await this.express(before, saved, plan);
        await this.activity.record(actor, 'customer.updated', subjectOf(saved), { before: auditOf(before), after: auditOf(saved) });
        return saved;
      }),
    );
    return this.view(updated);
  }

  /** @throws DomainError CUSTOMER_NOT_FOUND; IllegalTransitionError when suspended already */
  async suspend(actor: Actor, id: number, reason: string | null): Promise<CustomerView> {
    return this.change(actor, id, 'customer.suspended', async (customer) => {
      customerStates.assert(this.statusOf(customer), 'suspended');
      Object.assign(customer, { status: 'suspended', suspendedReason: reason });
      await this.radius.setStatus(customer.username, 'suspended');
      await this.disconnect(customer.username, 'suspended');
    });
  }

  /** Back to what it would be without the suspension, which is expired when its time ran out meanwhile. */
  async resume(actor: Actor, id: number): Promise<CustomerView> {
    return this.change(actor, id, 'customer.resumed', async (customer) => {
      customerStates.assert(this.statusOf(customer), statusAt({ status: 'active', expiresAt: customer.expiresAt }, this.clock.now()));
      Object.assign(customer, { status: 'active', suspendedReason: null });
      await this.radius.setStatus(customer.username, 'active');
      await this.refresh(customer.username, 'resumed');
    });
  }

  /** One more period of the plan, with a fresh quota. */
  async renew(actor: Actor, id: number): Promise<CustomerView> {
    return this.change(actor, id, 'customer.renewed', async (customer) => {
      const plan = await this.plans.lockCurrent(customer.servicePlanId);
      Object.assign(customer, nextPeriod(customer, this.clock.now(), validityOf(plan), TenantScope.current().timezone));
      await this.radius.startPeriod(customer.username, customer.expiresAt);
      // Paying does not undo a suspension, which may have another reason.
      if (customer.status === 'suspended') await this.radius.setStatus(customer.username, 'suspended');
      await this.refresh(customer.username, 'renewed');
    });
  }

  /** Running sessions go on; the next login needs the new password. */
  async resetPassword(actor: Actor, id: number, given: string | undefined): Promise<string> {
    assertFields({ password: given === undefined ? undefined : passwordProblem(given) });
    const password = given ?? generatePassword(randomInt);
    await this.db.transaction(async () => {
      const customer = await this.locked(id);
      await this.radius.setPassword(customer.username, password);
      await this.activity.record(actor, 'customer.password_reset', subjectOf(customer));
    });
    return password;
  }

  async counts(since: Date): Promise<CustomerCounts> {
    return this.customers.counts(this.clock.now(), since);
  }

  /** Keyed by userKey(); names that are no customer's are missing. */
  async byUsernames(usernames: readonly string[]): Promise<Map<string, CustomerRef>> {
    return this.customers.byUsernames(usernames);
  }

  /** Ends access and forgets the person. What was used stays: sessions and logins are the tenant's own history. */
  async remove(actor: Actor, id: number): Promise<void> {
    await this.db.transaction(async () => {
      const customer = await this.locked(id);
      await this.radius.removeUser(customer.username);
      await this.customers.remove(id);
      await this.disconnect(customer.username, 'deleted');
      await this.activity.record(actor, 'customer.deleted', subjectOf(customer), { before: auditOf(customer) });
    });
  }

  private async insert(actor: Actor, input: NewCustomer & FixedTerms & { username: string; password: string }): Promise<Customer> {
    const limited = (await this.limits.maximum('users')) !== null;
    return this.db.transaction(async () => {
      if (limited) await this.limits.assertRoom('users', await this.customers.countForLimit());
      const plan = await this.plans.lockForCustomer(input.servicePlanId);
      const { password, ...fields } = input;
      const now = this.clock.now();
      const period = firstPeriod(now, validityOf(plan), TenantScope.current().timezone);
      const customer = await this.customers.save(
        Object.assign(new Customer(), fields, { status: 'active' as const, createdAt: now }, period),
      );
      await this.radius.putUser(radiusUserOf(customer, plan, password));
      await this.activity.record(actor, 'customer.created', subjectOf(customer), { after: auditOf(customer) });
      return customer;
    });
  }

  /** Brings a change to FreeRADIUS, and to the running sessions: they are changed where that is possible, and ended where not. */
  private async express(before: Customer, after: Customer, plan: ServicePlan): Promise<void> {
    const renamed = before.username !== after.username;
    const replanned = before.servicePlanId !== after.servicePlanId;
    const ended = this.statusOf(before) === 'active' && this.statusOf(after) === 'expired';
    if (renamed) await this.radius.renameUser(before.username, after.username);
    if (replanned) await this.radius.assignGroup(after.username, radiusGroupOf(plan));
    if (changesFixedTerms(before, after)) await this.radius.setFixed(after.username, fixedForUser(after), radiusGroupOf(plan));
    if (before.expiresAt?.getTime() !== after.expiresAt?.getTime())
      await this.radius.setStatus(after.username, after.status, after.expiresAt);
    const moved = before.serviceType !== after.serviceType || changesAddresses(before, after);
    const needed = replanned ? neededFor(await this.termsBefore(before), radiusGroupOf(plan)) : 'nothing';
    const relogin = needed === 'disconnect';
    const reason = ended ? 'expired' : moved ? 'service-changed' : renamed ? 'renamed' : relogin ? 'plan-changed' : undefined;
    if (reason) return this.disconnect(after.username, reason, renamed ? before.username : undefined);
    if (needed === 'change') return this.refresh(after.username, 'plan-changed');
    if (before.expiresAt?.getTime() !== after.expiresAt?.getTime()) await this.refresh(after.username, 'expiry-moved');
  }

  private async termsBefore({ servicePlanId }: Customer): Promise<RadiusGroup> {
    return radiusGroupOf(await this.plans.lockCurrent(servicePlanId));
  }

  /** The plan that counts from now on. Staying on one that is not sold any more is allowed, moving to it is not. */
  private async planAfter(before: Customer, wanted: number | undefined): Promise<ServicePlan> {
    const moves = wanted !== undefined && wanted !== before.servicePlanId;
    return moves ? this.plans.lockForCustomer(wanted) : this.plans.lockCurrent(before.servicePlanId);
  }

  private async change(actor: Actor, id: number, action: string, apply: (customer: Customer) => Promise<void>): Promise<CustomerView> {
    const changed = await this.db.transaction(async () => {
      const customer = await this.locked(id);
      const before = auditOf(customer);
      await apply(customer);
      const saved = await this.customers.save(customer);
      await this.activity.record(actor, action, subjectOf(saved), { before, after: auditOf(saved) });
      return saved;
    });
    return this.view(changed);
  }

  private async disconnect(username: string, reason: DisconnectReason, knownAs?: string): Promise<void> {
    const askedAt = this.clock.now().toISOString();
    await this.outbox.enqueue('radius.disconnect-user', { tenantId: TenantScope.current().id, username, knownAs, reason, askedAt });
  }

  private async refresh(username: string, reason: RefreshReason): Promise<void> {
    await this.outbox.enqueue('radius.refresh-user', { tenantId: TenantScope.current().id, username, reason });
  }

  private async locked(id: number): Promise<Customer> {
    const customer = await this.customers.findForUpdate(id);
    if (!customer) throw customerNotFound(id);
    return customer;
  }

  private statusOf(customer: Customer): CustomerStatus {
    return statusAt(customer, this.clock.now());
  }

  /** A given name is taken or not; a generated one that is taken is simply not the one. */
  private async withUsername(input: NewCustomer & FixedTerms, write: (username: string) => Promise<Customer>): Promise<Customer> {
    for (let attempt = 1; ; attempt += 1) {
      const username = usernameFor({ ...input, username: input.username ?? generateUsername(input.name, randomInt) });
      try {
        return await write(username);
      } catch (error) {
        if (duplicateKeyOf(error) !== 'customers_username') throw takenAddress(error) ?? error;
        if (input.username !== undefined || attempt >= USERNAME_ATTEMPTS) throw usernameTaken(username);
      }
    }
  }

  private async withGivenUsername<T>(username: string | undefined, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (username !== undefined && duplicateKeyOf(error) === 'customers_username') throw usernameTaken(username);
      throw takenAddress(error) ?? error;
    }
  }

  private checkedPhone(text: string | null | undefined): { value?: string | null; problem?: FieldError } {
    if (text === undefined || text === null) return { value: text };
    const value = canonicalPhone(text, TenantScope.current().currency);
    return value
      ? { value }
      : { problem: { code: 'phone', message: 'must be a telephone number, for example 0812 3456 7890 or +62 812 3456 7890' } };
  }

  private async view(customer: Customer): Promise<CustomerView> {
    const [view] = await this.views([customer]);
    return view!;
  }

  /** Three statements for any number of customers. */
  private async views(customers: readonly Customer[]): Promise<CustomerView[]> {
    const usernames = customers.map((customer) => customer.username);
    const plans = await this.plans.namesOf(customers.map((customer) => customer.servicePlanId));
    const presence = await this.sessions.presenceOf(usernames);
    const now = this.clock.now();
    return customers.map((customer) => {
      const present = presence.get(userKey(customer.username));
      return {
        // Before the columns: an object of so many that is given more is moved in memory, each time.
        servicePlan: { id: customer.servicePlanId, name: plans.get(customer.servicePlanId) ?? '' },
        online: present?.online === true,
        lastLoginAt: ownLogin(customer, present?.lastAcceptedAt),
        ...customer,
        status: statusAt(customer, now),
      };
    });
  }
}

/** A username may have been somebody else's once, whose logins are still in the history. FreeRADIUS notes whole seconds. */
function ownLogin(customer: Customer, at: Date | undefined): Date | null {
  return at && at.getTime() + 1_000 > customer.createdAt.getTime() ? at : null;
}

function takenAddress(error: unknown): DomainError | undefined {
  const field = ADDRESS_KEYS[duplicateKeyOf(error) ?? ''];
  return field === undefined ? undefined : addressTaken(field);
}
