import { Injectable } from '@nestjs/common';
import { type Actor, DomainError } from '@jala/contracts';
import { TenantDatabase } from '@jala/infra/tenancy';
import { canonicalMac, deviceList, MAX_DEVICES, type RadUser, RadiusWriter } from '@jala/radius';
import { ActivityLog } from '@jala/tenant/activity';
import type { Customer } from './customer.entity';
import { subjectOf } from './customer.rules';
import { customerNotFound } from './customers.errors';
import { CustomersRepository } from './customers.repository';

export interface CustomerDevices {
  /** How many are remembered; null: any device may connect. */
  readonly slots: number | null;
  /** AA:BB:CC:DD:EE:FF, in the order in which they came. */
  readonly devices: readonly string[];
}

/** The devices that an account remembers. Which plan remembers how many is the plan's to say. */
@Injectable()
export class CustomerDevicesService {
  constructor(
    private readonly db: TenantDatabase,
    private readonly customers: CustomersRepository,
    private readonly radius: RadiusWriter,
    private readonly activity: ActivityLog,
  ) {}

  async list(_actor: Actor, id: number): Promise<CustomerDevices> {
    const customer = await this.customers.find(id);
    if (!customer) throw customerNotFound(id);
    return devicesOf(await this.radius.find(customer.username));
  }

  /** The next new device that logs in takes its place; a session that it has goes on until it ends. */
  async release(actor: Actor, id: number, address: string): Promise<CustomerDevices> {
    const mac = canonicalMac(address);
    return this.change(actor, id, 'customer.device_released', async (customer) => {
      if (mac) await this.radius.releaseDevice(customer.username, mac);
    });
  }

  /** @throws DomainError VALIDATION_FAILED for what is no device address, and for more of them than there are slots */
  async replace(actor: Actor, id: number, addresses: readonly string[]): Promise<CustomerDevices> {
    const devices = [...new Set(addresses.map((address) => canonicalMac(address)))];
    if (!devices.every((mac) => mac !== undefined)) throw DomainError.field('devices', 'mac', 'Write addresses like AA:BB:CC:DD:EE:FF.');
    return this.change(actor, id, 'customer.devices_changed', async (customer) => {
      const slots = (await this.radius.find(customer.username))?.deviceSlots ?? MAX_DEVICES;
      if (devices.length > slots) throw DomainError.field('devices', 'max', `There is room for ${slots}.`);
      await this.radius.setDevices(customer.username, devices);
    });
  }

  private async change(actor: Actor, id: number, action: string, apply: (customer: Customer) => Promise<void>): Promise<CustomerDevices> {
    return this.db.transaction(async () => {
      const customer = await this.customers.findForUpdate(id);
      if (!customer) throw customerNotFound(id);
      const before = devicesOf(await this.radius.find(customer.username));
      await apply(customer);
      const after = devicesOf(await this.radius.find(customer.username));
      await this.activity.record(actor, action, subjectOf(customer), {
        before: { devices: before.devices },
        after: { devices: after.devices },
      });
      return after;
    });
  }
}

const devicesOf = (user: RadUser | null): CustomerDevices => ({
  slots: user?.deviceSlots ?? null,
  devices: deviceList(user?.devices ?? ''),
});
