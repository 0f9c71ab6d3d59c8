import { CertificateAuthority, RadsecServerCertificate } from '@jala/central/certificates';
import { RouterPublisherService, RouterRegistryService } from '@jala/central/routers';
import { TenantMaintenanceService } from '@jala/central/tenants';
import { AccountMaintenance } from '@jala/infra/identity';
import { TenantIterator } from '@jala/infra/tenancy';
import { RoutersService } from '@jala/tenant/routers';
import type { Command } from '../command';
import { withProgram } from '../program';
import { say } from '../streams';

export const keysRotate: Command = {
  name: 'keys:rotate',
  summary: 'seal every stored secret with the first of JALA_ENCRYPTION_KEYS',
  run: () =>
    withProgram(async (program) => {
      const ofTenants = await program.get(TenantMaintenanceService, { strict: false }).rotateKeys();
      const { rotated: ofPeople, failed } = await program.get(AccountMaintenance, { strict: false }).rotateSecrets();
      let ofRouters = await program.get(RouterRegistryService, { strict: false }).rotateSecrets();
      const routers = program.get(RoutersService, { strict: false });
      const report = await program.get(TenantIterator, { strict: false }).run(
        'keys:rotate',
        async () => {
          ofRouters += await routers.rotateSecrets();
        },
        { concurrency: 1, statuses: ['ready', 'suspended'] },
      );
      const ofAuthorities = await program.get(CertificateAuthority, { strict: false }).rotateSecrets();
      say(`${ofTenants + ofPeople + ofRouters + ofAuthorities} secrets sealed anew`);
      for (const slug of failed) say(`the staff of ${slug} could not be reached: run it again`);
      for (const { slug } of report.failures) say(`the routers of ${slug} could not be reached: run it again`);
      return failed.length + report.failures.length > 0 ? 1 : 0;
    }),
};

export const radiusReconcile: Command = {
  name: 'radius:reconcile',
  summary: 'make the router files of the FreeRADIUS on this machine say what the registry says',
  run: () =>
    withProgram(async (program) => {
      await program.get(RouterPublisherService, { strict: false }).reconcile();
      say('router files reconciled');
      return 0;
    }),
};

export const radiusCertificate: Command = {
  name: 'radius:certificate',
  summary: 'put a certificate for RadSec in place for the FreeRADIUS on this machine, unless there is a good one',
  run: () =>
    withProgram(async (program) => {
      const isNew = await program.get(RadsecServerCertificate, { strict: false }).ensure();
      say(isNew ? 'a new certificate is in place' : 'the present certificate is good');
      return 0;
    }),
};
