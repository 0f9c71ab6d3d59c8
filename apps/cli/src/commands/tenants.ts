import { type Actor, LOCALES, systemActor } from '@jala/contracts';
import { PlansService } from '@jala/central/plans';
import { TenantMaintenanceService, TenantsService, type TenantView } from '@jala/central/tenants';
import { type Command, optionalText, requiredText, UsageError } from '../command';
import { provisionHere } from '../provision-here';
import { withProgram } from '../program';
import { report } from '../report';
import { readStdin, say, warn } from '../streams';

const actor: Actor = systemActor('command line');

const line = ({ id, slug, status, name, schemaVersion, failedStep, failedReason }: TenantView): string =>
  [
    id,
    slug,
    status,
    `schema ${schemaVersion ?? '-'}`,
    name,
    ...(failedStep ? [`failed at ${failedStep}: ${failedReason ?? ''}`] : []),
  ].join('\t');

export const tenantsList: Command = {
  name: 'tenants:list',
  summary: 'list the tenants',
  run: () =>
    withProgram(async (program) => {
      const tenants = program.get(TenantsService, { strict: false });
      for (let page = 1; ; page++) {
        const { rows, total } = await tenants.list(actor, { page, perPage: 100, sort: 'slug', order: 'asc' }, {});
        rows.forEach((tenant) => say(line(tenant)));
        if (page * 100 >= total) return 0;
      }
    }),
};

export const tenantsCreate: Command = {
  name: 'tenants:create',
  summary:
    'create a tenant: --slug --name --owner-name --owner-email [--owner-password-stdin] [--plan NAME] [--timezone] [--currency] [--locale] [--here]',
  options: {
    slug: { type: 'string' },
    name: { type: 'string' },
    'owner-name': { type: 'string' },
    'owner-email': { type: 'string' },
    'owner-password-stdin': { type: 'boolean' },
    plan: { type: 'string' },
    timezone: { type: 'string' },
    currency: { type: 'string' },
    locale: { type: 'string' },
    here: { type: 'boolean' },
  },
  async run(options) {
    const wishedLocale = optionalText(options, 'locale') ?? 'id';
    const locale = LOCALES.find((known) => known === wishedLocale);
    if (!locale) throw new UsageError(`--locale must be one of ${LOCALES.join(', ')}.`);
    const ownerPassword = options['owner-password-stdin'] ? await readStdin() : undefined;
    return withProgram(async (program) => {
      const planName = optionalText(options, 'plan');
      const plan = planName === undefined ? undefined : await program.get(PlansService, { strict: false }).findByName(actor, planName);
      if (plan === null) throw new UsageError(`There is no plan ${planName}.`);
      const created = await program.get(TenantsService, { strict: false }).create(actor, {
        slug: requiredText(options, 'slug'),
        name: requiredText(options, 'name'),
        ownerName: requiredText(options, 'owner-name'),
        ownerEmail: requiredText(options, 'owner-email'),
        ownerPassword,
        planId: plan?.id,
        timezone: optionalText(options, 'timezone') ?? 'Asia/Jakarta',
        currency: optionalText(options, 'currency') ?? 'IDR',
        locale,
      });
      // Otherwise a worker does it.
      if (!options['here']) {
        say(line(created));
        return 0;
      }
      const tenant = await provisionHere(program, created);
      say(line(tenant));
      return tenant.status === 'ready' ? 0 : 1;
    });
  },
};

export const tenantsMigrate: Command = {
  name: 'tenants:migrate',
  summary: "bring every tenant's database to the current version",
  run: () => withProgram(async (program) => report(await program.get(TenantMaintenanceService, { strict: false }).migrateAll())),
};

export const tenantsHarden: Command = {
  name: 'tenants:harden',
  summary: "prove that each tenant's database account reaches its own database and nothing else",
  run: () =>
    withProgram(async (program) => {
      const { tenants, findings } = await program.get(TenantMaintenanceService, { strict: false }).hardenAll();
      for (const { subject, fault } of findings) warn(`${subject} ${fault}`);
      say(`harden: ${tenants} tenants checked, ${findings.length} faults found`);
      return findings.length > 0 ? 1 : 0;
    }),
};

export const tenantsRun: Command = {
  name: 'tenants:run',
  summary: "ask every tenant's database one SQL question, from standard input, read-only and with the tenant's own rights",
  async run() {
    const sql = await readStdin();
    return withProgram(async (program) => {
      const answer = (slug: string, rows: Record<string, unknown>[]): void =>
        rows.forEach((row) => say(JSON.stringify({ tenant: slug, ...row })));
      return report(await program.get(TenantMaintenanceService, { strict: false }).readAll(sql, answer));
    });
  },
};
