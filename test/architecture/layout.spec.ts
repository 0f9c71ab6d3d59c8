import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '@jala/contracts';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Tracked files and new ones not yet tracked, so that the rules hold before a commit too. */
const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.(ts|vue|mjs|cjs)$/.test(path));
const product = sources.filter((path) => /^(apps|libs)\//.test(path) && !/(spec|test-kit)\.ts$/.test(path));

const offenders = (paths: string[], pattern: RegExp): string[] =>
  paths.flatMap((path) => {
    const lines = read(path).split('\n');
    return lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : []));
  });

describe('the rooms of the repository', () => {
  it('says one version everywhere', () => {
    const manifest = JSON.parse(read('package.json')) as { version: string };
    expect(VERSION).toBe(manifest.version);
  });

  it('pins every dependency exactly', () => {
    const manifest = JSON.parse(read('package.json')) as { dependencies: Record<string, string>; devDependencies: Record<string, string> };
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, range]) => !/^\d+\.\d+\.\d+/.test(range),
    );
    expect(loose).toEqual([]);
  });

  it('numbers migrations without gaps or twins', () => {
    for (const database of ['central', 'tenant']) {
      const numbers = readdirSync(join(root, 'migrations', database))
        .sort()
        .map((file) => Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(file)?.[1]));
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }
  });

  it('keeps source files small enough to read', () => {
    const long = sources.filter((path) => !/spec\.ts$|schema\.ts$/.test(path)).filter((path) => read(path).split('\n').length > 400);
    expect(long).toEqual([]);
  });

  it('has no test that is switched off or alone', () => {
    const specs = sources.filter((path) => /spec\.ts$/.test(path));
    expect(offenders(specs, /\b(?:it|test|describe)\.(?:skip|only|todo)\(|\bx(?:it|describe)\(/)).toEqual([]);
  });
});

describe('habits that would leak a tenant or a secret', () => {
  it('reads the environment in libs/infra/config alone', () => {
    const elsewhere = product.filter(
      (path) => /^(libs|apps\/(platform|worker|cli))\//.test(path) && !/^libs\/infra\/(config|testing)\//.test(path),
    );
    // The entry points hand their environment over to AppConfig.
    expect(offenders(elsewhere, /process\.env/).filter((line) => !line.includes('new AppConfig(process.env)'))).toEqual([]);
  });

  it('uses no server-side prepared statements, whose ids die with a changed user', () => {
    expect(
      offenders(
        product.filter((path) => path.startsWith('libs/')),
        /\.execute\(\s*['"`]/,
      ),
    ).toEqual([]);
  });

  it('has no lazy relation and no active record', () => {
    expect(offenders(product, /lazy:\s*true|extends BaseEntity/)).toEqual([]);
  });

  it('opens a tenant scope in four places only', () => {
    const openers = product
      .filter((path) => /TenantScope\.run\(/.test(read(path)))
      .filter((path) => !path.startsWith('libs/infra/tenancy/'));
    const allowed = [/^apps\/platform\/src\/http\/request-scope\.ts$/, /^libs\/infra\/queue\//, /^apps\/cli\//, /^libs\/infra\/testing\//];
    expect(openers.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
  });

  it('never asks for a request-scoped provider', () => {
    expect(offenders(product, /Scope\.REQUEST/)).toEqual([]);
  });

  it('has no any, no silenced compiler and no unfinished note', () => {
    expect(
      offenders(product, /:\s*any\b(?=\s*[;,)=\]>|&[]|$)|as any\b|@ts-(?:ignore|nocheck|expect-error)|\b(?:TODO|FIXME|XXX)\b/),
    ).toEqual([]);
  });

  it('puts nothing that arrived in a packet between quotes of an SQL expansion in unlang', () => {
    // FreeRADIUS takes one level of backslashes from what it has escaped for %{sql:}: `\\'` would close the quote.
    const safe = new Set(['Jala-Device']);
    const policies = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'freeradius/raddb'], {
      cwd: root,
      encoding: 'utf8',
    });
    const quoted = policies
      .trim()
      .split('\n')
      .filter((path) => /raddb\/(policy\.d|sites-available)\//.test(path))
      .flatMap((path) =>
        [...read(path).matchAll(/%\{sql:(?:[^"\\]|\\[^])*/g)].flatMap(([query]) =>
          [...query.matchAll(/'%\{([^}]+)\}/g)].flatMap(([, name]) =>
            safe.has(name!) || name!.startsWith('hex:') ? [] : [`${path} ${name}`],
          ),
        ),
      );
    expect(quoted).toEqual([]);
  });
});
