/**
 * The architecture as rules: kernel <- contracts <- infra <- {radius, routeros} <- {central/*, tenant/*} <- apps.
 * central/* and tenant/* never meet except in ports of infra and in jobs.
 */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(libs|apps)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('kernel-stands-alone', '^libs/kernel/', '^libs/kernel/', 'Pure TypeScript, no I/O.'),
    only('contracts-know-kernel', '^libs/contracts/', '^libs/(kernel|contracts)/'),
    only('infra-knows-no-business', '^libs/infra/', '^libs/(kernel|contracts|infra)/', 'Technology without business words.'),
    only('radius-knows-infra', '^libs/radius/', '^libs/(kernel|contracts|infra|radius)/'),
    only('routeros-knows-infra', '^libs/routeros/', '^libs/(kernel|contracts|infra|routeros)/'),
    only('central-does-not-know-tenant', '^libs/central/', '^libs/(kernel|contracts|infra|radius|routeros|central)/'),
    only('tenant-does-not-know-central', '^libs/tenant/', '^libs/(kernel|contracts|infra|radius|routeros|tenant)/'),
    only('web-knows-contracts-only', '^apps/web/', '^(libs/(kernel|contracts)|apps/web)/'),
    only('platform-is-http-only', '^apps/platform/', '^(libs|apps/platform)/'),
    only('worker-loads-no-controller', '^apps/worker/', '^(libs|apps/worker)/'),
    only('cli-stands-alone', '^apps/cli/', '^(libs|apps/cli)/'),
    {
      name: 'features-through-their-index',
      severity: 'error',
      comment: 'A feature is reached through its index.ts only.',
      from: { path: '^(libs/(?:infra|central|tenant)/[^/]+|libs/(?:kernel|contracts|radius|routeros|program)|apps/[^/]+)/' },
      to: { path: '^libs/(?:(?:infra|central|tenant)/[^/]+|kernel|contracts|radius|routeros|program)/(?!index\\.ts$)', pathNot: '^$1/' },
    },
    {
      name: 'queue-owns-bullmq',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '^libs/infra/queue/' },
      to: { path: 'node_modules/(bullmq|@nestjs/bullmq)/' },
    },
    {
      name: 'typeorm-in-its-places',
      severity: 'error',
      comment: 'Entities describe, repositories query, infra connects. Nothing else talks to the database.',
      from: {
        path: '^(libs|apps)/',
        pathNot: '(\\.(entity|repository)\\.ts|\\.(db-)?spec\\.ts|/entities\\.ts)$|^libs/infra/(central-db|tenancy|testing)/|^libs/radius/',
      },
      to: { path: 'node_modules/(typeorm|mysql2)/' },
    },
    {
      name: 'routeros-owns-its-library',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '^libs/routeros/' },
      to: { path: 'node_modules/node-routeros/' },
    },
    {
      name: 'tests-are-not-product',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '\\.((db-)?spec|test-kit)\\.ts$|/testing/|^libs/infra/tenancy/torture/' },
      to: { path: '\\.(db-)?spec\\.ts$|^libs/infra/testing/|^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|apps/web/dist)|/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
