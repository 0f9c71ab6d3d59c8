import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { type AlertsRepository, measureRadius, type SnapshotStore } from '@jala/central/monitoring';
import { measurePools, type TenantPools } from '@jala/infra/tenancy';
import { rejectWord } from '@jala/radius';

const root = join(__dirname, '../..');
const raddb = join(root, 'freeradius/raddb');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const folder = (name: string): string[] => readdirSync(join(raddb, name)).map((file) => readFileSync(join(raddb, name, file), 'utf8'));

const documentation = read('docs/radius.md');
/** `Framed-Pool` and the like; a comment is not configuration. */
const policies = [...folder('policy.d'), ...folder('sites-available'), ...folder('mods-available')].map((text) =>
  text.replaceAll(/^\s*#.*$/gm, ''),
);

/** What policies, sites and modules write into an answer. Taking something away is not sending it. */
function sentAttributes(): string[] {
  const blocks = policies.flatMap((text) => [...text.matchAll(/update reply \{([^}]*)\}/g)].map((match) => match[1]!));
  const inBlocks = blocks.flatMap((block) => [...block.matchAll(/^\s*&?([A-Z][\w-]+)\s*(?::|\+)?=/gm)].map((match) => match[1]!));
  const byList = policies.flatMap((text) => [...text.matchAll(/^\s*&?reply:([A-Z][\w-]+)\s*(?::|\+)?=/gm)].map((match) => match[1]!));
  return [...new Set([...inBlocks, ...byList])].sort();
}

/** What policies write into the login history, without the parts that change from login to login. */
function reasons(): string[] {
  const texts = policies.flatMap((text) => [...text.matchAll(/&Jala-Reason := "([^"]+)"/g)].map((match) => match[1]!));
  const words = texts
    .filter((text) => !text.startsWith('%{'))
    .map((text) => text.replace(/^all %\{[^}]*\} /, 'all ').replace(/ ?[(%].*$/, ''))
    .map((text) => text.replace(/^expired .*$/, 'expired'));
  return [...new Set(words)].sort();
}

const named = (name: string): boolean => documentation.includes(`\`${name}\``) || documentation.includes(`\`${name}{`);

describe('what operators are told about RADIUS', () => {
  it('names every attribute that is put into an answer', () => {
    const sent = sentAttributes();
    expect(sent).toEqual(
      expect.arrayContaining(['Mikrotik-Rate-Limit', 'Session-Timeout', 'Class', 'Reply-Message', 'Message-Authenticator']),
    );
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.filter((name) => !named(name))).toEqual([]);
  });

  it('names every reason of a reject, and each of them is counted under its own words', () => {
    const known = reasons();
    expect(known.length).toBeGreaterThan(15);
    expect(known.filter((reason) => !named(reason))).toEqual([]);
    expect(known.filter((reason) => rejectWord(reason.replace(/^all /, 'all 3 ')) !== reason)).toEqual([]);
  });

  it('names every metric about RADIUS, and its example rules use only metrics that exist', () => {
    const registry = new Registry();
    measureRadius({} as SnapshotStore, {} as AlertsRepository, registry);
    const aboutRadius = registry.getMetricsAsArray().map(({ name }) => name);
    expect(aboutRadius.filter((name) => !named(name))).toEqual([]);

    measurePools({ metrics: () => [] } as unknown as TenantPools, registry);
    const exist = new Set(registry.getMetricsAsArray().map(({ name }) => name));
    const { groups } = parse(read('docs/monitoring/alert-rules.yml')) as { groups: { rules: { alert: string; expr: string }[] }[] };
    const used = groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => expr.match(/\bjala_\w+/g) ?? []));
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !exist.has(name))).toEqual([]);
  });
});
