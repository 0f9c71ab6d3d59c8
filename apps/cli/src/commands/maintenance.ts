import { RouterPublisherService } from '@jala/central/routers';
import { TenantMaintenanceService } from '@jala/central/tenants';
import type { Command } from '../command';
import { withProgram } from '../program';
import { say } from '../streams';

export const keysRotate: Command = {
  name: 'keys:rotate',
  summary: 'seal every stored secret with the first of JALA_ENCRYPTION_KEYS',
  run: () =>
    withProgram(async (program) => {
      say(`${await program.get(TenantMaintenanceService, { strict: false }).rotateKeys()} secrets sealed anew`);
      return 0;
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
