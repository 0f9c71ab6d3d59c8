import { plansEntities } from '@jala/central/plans';
import { routerRegistryEntities } from '@jala/central/routers';
import { tenantsEntities } from '@jala/central/tenants';
import { radiusEntities } from '@jala/radius';
import { customersEntities } from '@jala/tenant/customers';
import { routersEntities } from '@jala/tenant/routers';
import { servicePlansEntities } from '@jala/tenant/service-plans';
import { settingsEntities } from '@jala/tenant/settings';

/** Tables of the central database that are mapped to classes. */
export const centralEntities = [...plansEntities, ...routerRegistryEntities, ...tenantsEntities];

/** Tables of every tenant's database that are mapped to classes. */
export const tenantEntities = [...radiusEntities, ...customersEntities, ...routersEntities, ...servicePlansEntities, ...settingsEntities];
