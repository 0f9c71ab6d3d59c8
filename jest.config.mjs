/**
 * One jest project per tier, so that a run can prove that each tier ran tests.
 * NestJS 12 and some of its friends ship only ES modules; jest runs CommonJS here, so those are transformed too.
 */
const esmOnly = [
  '@nestjs',
  '@fastify',
  'fastify',
  'find-my-way',
  'light-my-request',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  'jose',
  'iterare',
  'uid',
  'load-esm',
  'content-disposition',
  'cookie',
  'bullmq',
  'otpauth',
  '@noble',
  '@casl',
  '@ucast',
  'openapi-fetch',
  'openapi-typescript-helpers',
  'msgpackr',
  'uuid',
  'nodemailer',
];

const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      target: 'es2022',
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

const tier = (displayName, testMatch, options = {}) => ({
  displayName,
  rootDir: import.meta.dirname,
  testMatch: testMatch.map((glob) => `<rootDir>/${glob}`),
  testEnvironment: 'node',
  setupFiles: ['reflect-metadata'],
  transform: { '^.+\\.(ts|js|mjs)$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  moduleNameMapper: {
    '^@jala/(kernel|contracts|radius|routeros|program)$': '<rootDir>/libs/$1/index.ts',
    '^@jala/(infra|central|tenant)/([^/]+)$': '<rootDir>/libs/$1/$2/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
  ...options,
});

/** These tiers talk to one whole Jala, started as a user starts it. */
const wholeStack = {
  globalSetup: '<rootDir>/test/e2e/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/e2e/support/global-teardown.ts',
};

export default {
  testTimeout: 30_000,
  projects: [
    tier('unit', ['libs/**/*.spec.ts', 'apps/{platform,worker,cli}/**/*.spec.ts']),
    tier('architecture', ['test/architecture/**/*.spec.ts']),
    tier('db', ['libs/**/*.db-spec.ts', 'apps/{platform,worker,cli}/**/*.db-spec.ts']),
    tier('radius', ['freeradius/**/*.radius-spec.ts']),
    tier('e2e', ['test/e2e/**/*.e2e-spec.ts'], wholeStack),
    tier('web', ['test/web/**/*.web-spec.ts'], wholeStack),
  ],
};
