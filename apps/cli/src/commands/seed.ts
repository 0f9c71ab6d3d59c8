import { PlatformStaffService } from '@jala/central/staff';
import { readablePassword } from '@jala/infra/crypto';
import { type Command, optionalText, requiredText, UsageError } from '../command';
import { DEMO_TENANT, seedDemoTenant } from '../demo/seed-demo';
import { withProgram } from '../program';
import { readJson, readStdin, say } from '../streams';

export const seedSuperadmin: Command = {
  name: 'seed:superadmin',
  summary: 'create the first super admin, when there is none: --email [--name] --password-stdin',
  options: { email: { type: 'string' }, name: { type: 'string' }, 'password-stdin': { type: 'boolean' } },
  async run(options) {
    const email = requiredText(options, 'email');
    if (!options['password-stdin']) throw new UsageError('--password-stdin is missing: the password comes on standard input.');
    const password = await readStdin();
    return withProgram(async (program) => {
      const name = optionalText(options, 'name') ?? 'Super Admin';
      const created = await program.get(PlatformStaffService, { strict: false }).ensureFirstAdmin({ name, email, password });
      say(created ? `super admin ${email} created` : 'there is a super admin already; nothing was changed');
      return 0;
    });
  },
};

export const seedDemo: Command = {
  name: 'seed:demo',
  summary: `create the demo tenant "${DEMO_TENANT.slug}"; prints its passwords as JSON; --secrets-stdin takes {"owner_password","router_secret"}`,
  options: { 'secrets-stdin': { type: 'boolean' } },
  async run(options) {
    const given = options['secrets-stdin'] ? await readJson() : {};
    const secret = (name: string, length: number): string => {
      const value = given[name];
      return typeof value === 'string' && value !== '' ? value : readablePassword(length);
    };
    const secrets = { ownerPassword: secret('owner_password', 16), routerSecret: secret('router_secret', 24) };
    say(JSON.stringify(await withProgram((program) => seedDemoTenant(program, secrets))));
    return 0;
  },
};
