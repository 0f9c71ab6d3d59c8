import type { INestApplicationContext } from '@nestjs/common';
import { type Actor, systemActor } from '@jala/contracts';
import { PlansService } from '@jala/central/plans';
import { TenantsService, type TenantView } from '@jala/central/tenants';
import { AppConfig } from '@jala/infra/config';
import { TenantDirectory, TenantScope } from '@jala/infra/tenancy';
import { CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';
import { ServicePlansService } from '@jala/tenant/service-plans';
import { provisionHere } from '../provision-here';
import { CUSTOMERS, type DemoCustomer, PLATFORM_PLANS, ROUTER, SERVICE_PLANS } from './demo-data';

export const DEMO_TENANT = { slug: 'demo', name: 'Jala Demo Net', ownerName: 'Pemilik Demo', ownerEmail: 'owner@demo.localhost' } as const;

export interface DemoSecrets {
  readonly ownerPassword: string;
  readonly routerSecret: string;
}

/** What somebody needs to try the demo. */
export interface DemoAccess {
  readonly tenant: { readonly slug: string; readonly email: string; readonly password: string };
  readonly customer: { readonly username: string; readonly password: string };
  readonly router: { readonly address: string; readonly secret: string };
}

const ALL = { page: 1, perPage: 100, order: 'asc' } as const;

/** Through the same services as everybody else. What an interrupted run has made is found and completed. */
export async function seedDemoTenant(program: INestApplicationContext, secrets: DemoSecrets): Promise<DemoAccess> {
  const actor = systemActor('demo');
  await seedPlatformPlans(program, actor);
  const tenant = await provisionHere(program, await ensureTenant(program, actor, secrets.ownerPassword));
  if (tenant.status !== 'ready') throw new Error(`The demo tenant is ${tenant.status}: ${tenant.failedReason ?? 'no reason is known'}`);
  const context = await program.get(TenantDirectory, { strict: false }).byId(tenant.id);
  return TenantScope.run(context, async () => {
    const planIds = await seedServicePlans(program, actor);
    const customerPassword = await seedCustomers(program, actor, planIds);
    await seedRouter(program, actor, secrets.routerSecret);
    return {
      tenant: { slug: tenant.slug, email: tenant.ownerEmail, password: secrets.ownerPassword },
      customer: { username: CUSTOMERS[0].username, password: customerPassword },
      router: { address: ROUTER.address, secret: secrets.routerSecret },
    };
  });
}

async function seedPlatformPlans(program: INestApplicationContext, actor: Actor): Promise<void> {
  const plans = program.get(PlansService, { strict: false });
  for (const terms of PLATFORM_PLANS) if (!(await plans.findByName(actor, terms.name))) await plans.create(actor, terms);
}

async function ensureTenant(program: INestApplicationContext, actor: Actor, ownerPassword: string): Promise<TenantView> {
  const tenants = program.get(TenantsService, { strict: false });
  const present = await tenants.findBySlug(actor, DEMO_TENANT.slug);
  if (present) return present;
  const plan = await program.get(PlansService, { strict: false }).findByName(actor, 'Unlimited');
  return tenants.create(actor, {
    ...DEMO_TENANT,
    ownerPassword,
    planId: plan?.id,
    timezone: 'Asia/Jakarta',
    currency: 'IDR',
    locale: 'id',
  });
}

async function seedServicePlans(program: INestApplicationContext, actor: Actor): Promise<Map<string, number>> {
  const plans = program.get(ServicePlansService, { strict: false });
  const ids = new Map((await plans.list(actor, ALL, {})).rows.map(({ name, id }) => [name, id]));
  for (const plan of SERVICE_PLANS) if (!ids.has(plan.name)) ids.set(plan.name, (await plans.create(actor, plan)).id);
  return ids;
}

/** The first customer's password: a generated one cannot be read again, so an interrupted run gives a new one. */
async function seedCustomers(program: INestApplicationContext, actor: Actor, planIds: ReadonlyMap<string, number>): Promise<string> {
  const customers = program.get(CustomersService, { strict: false });
  const present = await customers.byUsernames(CUSTOMERS.map(({ username }) => username));
  const passwords = new Map<DemoCustomer, string>();
  for (const demo of CUSTOMERS) {
    const { plan, suspended, ...input } = demo;
    let id = present.get(demo.username)?.id;
    if (id === undefined) {
      const created = await customers.create(actor, { ...input, servicePlanId: planIds.get(plan)! });
      id = created.customer.id;
      passwords.set(demo, created.password);
    }
    if (suspended !== undefined && (await customers.get(actor, id)).status !== 'suspended') await customers.suspend(actor, id, suspended);
    if (demo === CUSTOMERS[0] && !passwords.has(demo)) passwords.set(demo, await customers.resetPassword(actor, id, undefined));
  }
  return passwords.get(CUSTOMERS[0])!;
}

async function seedRouter(program: INestApplicationContext, actor: Actor, secret: string): Promise<void> {
  const routers = program.get(RoutersService, { strict: false });
  const { coaPort } = program.get(AppConfig, { strict: false }).radius;
  const present = (await routers.list(actor, ALL)).rows.find(({ address }) => address === ROUTER.address);
  if (present) await routers.update(actor, present.id, { secret, coaPort });
  else await routers.create(actor, { ...ROUTER, secret, coaPort });
}
