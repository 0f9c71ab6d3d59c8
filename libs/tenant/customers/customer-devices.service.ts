import { Injectable } from '@nestjs/common';
import { type Actor, DomainError } from '@jala/contracts';
import { TenantOutbox } from '@jala/infra/queue';
import { TenantDatabase, TenantScope } from '@jala/infra/tenancy';
import { canonicalMac, deviceList, DevicesReader, MAX_DEVICES, type RadUser, RadiusWriter } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import type { Customer } from './customer.entity';
import { subjectOf } from './customer.rules';
import { customerNotFound } from './customers.errors';
import { CustomersRepository } from './customers.repository';

export interface CustomerDevice {
  /** AA:BB:CC:DD:EE:FF. */
  readonly mac: string;
  /** Takes one of the slots. Others were only seen. */
  readonly remembered: boolean;
  readonly online: boolean;
  /** Null: not in one of the last sessions. */
  readonly lastSeenAt: Date | null;
}

export interface CustomerDevices {
  /** How many may connect; null: any device; 0: only those that staff has put on the list. */
  readonly slots: number | null;
  /** Those remembered, in the order in which they came, then others seen of late. */
  readonly devices: readonly CustomerDevice[];
}

/** The devices that an account remembers. How many is the plan's to say, or the customer's own. */
@Injectable()
export class CustomerDevicesService {
  constructor(
    private readonly db: TenantDatabase,
    private readonly customers: CustomersRepository,
    private readonly radius: RadiusWriter,
    private readonly seen: DevicesReader,
    private readonly outbox: TenantOutbox,
    private readonly activity: ActivityLog,
  ) {}

  /** @throws DomainError CUSTOMER_NOT_FOUND */
  async list(_actor: Actor, id: number): Promise<CustomerDevices> {
    const customer = await this.customers.find(id);
    if (!customer) throw customerNotFound(id);
    return this.devicesOf(customer.username);
  }

  /** The next new device that logs in takes its place. The router is asked to end what it has open. @throws DomainError CUSTOMER_NOT_FOUND */
  async release(actor: Actor, id: number, address: string): Promise<CustomerDevices> {
    const mac = canonicalMac(address);
    return this.change(actor, id, 'customer.device_released', async ({ username }) => {
      if (!mac || !(await this.radius.releaseDevice(username, mac))) return;
      const open = (await this.seen.seenOf(username)).find((device) => device.mac === mac)?.sessionIds ?? [];
      const { id: tenantId } = TenantScope.current();
      for (const sessionId of open)
        await this.outbox.enqueue('radius.disconnect-session', { tenantId, sessionId, requestedBy: actor.name, reason: 'device-released' });
    });
  }

  /** @throws DomainError CUSTOMER_NOT_FOUND, VALIDATION_FAILED for what is no device address, and for more of them than there are slots */
  async replace(actor: Actor, id: number, addresses: readonly string[]): Promise<CustomerDevices> {
    const devices = [...new Set(addresses.map((address) => canonicalMac(address)))];
    if (!devices.every((mac) => mac !== undefined)) throw DomainError.field('devices', 'mac', 'Write addresses like AA:BB:CC:DD:EE:FF.');
    return this.change(actor, id, 'customer.devices_changed', async ({ username }) => {
      // Without a number of its own the list is as long as staff makes it.
      const room = (await this.radius.find(username))?.deviceSlots || MAX_DEVICES;
      if (devices.length > room) throw DomainError.field('devices', 'max', `There is room for ${room}.`);
      await this.radius.setDevices(username, devices);
    });
  }

  private async change(actor: Actor, id: number, action: string, apply: (customer: Customer) => Promise<void>): Promise<CustomerDevices> {
    return this.db.transaction(async () => {
      const customer = await this.customers.findForUpdate(id);
      if (!customer) throw customerNotFound(id);
      const before = rememberedBy(await this.radius.find(customer.username));
      await apply(customer);
      const after = rememberedBy(await this.radius.find(customer.username));
      await this.activity.record(actor, action, subjectOf(customer), { before: { devices: before }, after: { devices: after } });
      return this.devicesOf(customer.username);
    });
  }

  private async devicesOf(username: string): Promise<CustomerDevices> {
    const user = await this.radius.find(username);
    const remembered = rememberedBy(user);
    const seen = new Map((await this.seen.seenOf(username)).map((device) => [device.mac, device]));
    const devices = [...new Set([...remembered, ...seen.keys()])].map((mac) => ({
      mac,
      remembered: remembered.includes(mac),
      online: (seen.get(mac)?.sessionIds.length ?? 0) > 0,
      lastSeenAt: seen.get(mac)?.lastSeenAt ?? null,
    }));
    return { slots: user?.deviceSlots ?? null, devices };
  }
}

const rememberedBy = (user: RadUser | null): string[] => deviceList(user?.devices ?? '');
