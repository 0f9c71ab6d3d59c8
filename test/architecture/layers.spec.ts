import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** A tiny repository that breaks one rule, judged by the real configuration. */
function judge(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'jala-layers-'));
  try {
    cpSync(join(root, '.dependency-cruiser.cjs'), join(folder, '.dependency-cruiser.cjs'));
    cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const result = spawnSync(join(root, 'node_modules/.bin/depcruise'), ['--config', '.dependency-cruiser.cjs', 'libs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return result.stdout + result.stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the layers', () => {
  it('hold in the repository as it is', () => {
    const output = execFileSync(join(root, 'node_modules/.bin/depcruise'), ['--config', '.dependency-cruiser.cjs', 'apps', 'libs'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(output).toContain('no dependency violations found');
  });

  it('keep the tenant side from the central side', () => {
    const output = judge({
      'libs/central/plans/index.ts': 'export const plan = 1;\n',
      'libs/tenant/customers/index.ts': "import { plan } from '@jala/central/plans';\nexport const customer = plan;\n",
    });
    expect(output).toContain('tenant-does-not-know-central');
  });

  it('let nobody into a feature but through its index', () => {
    const output = judge({
      'libs/tenant/customers/index.ts': "export * from './secret';\n",
      'libs/tenant/customers/secret.ts': 'export const secret = 1;\n',
      'libs/tenant/dashboard/index.ts': "import { secret } from '../customers/secret';\nexport const dashboard = secret;\n",
    });
    expect(output).toContain('features-through-their-index');
  });

  it('see a cycle', () => {
    const output = judge({
      'libs/tenant/a/index.ts': "import { b } from '@jala/tenant/b';\nexport const a = (): unknown => b;\n",
      'libs/tenant/b/index.ts': "import { a } from '@jala/tenant/a';\nexport const b = (): unknown => a;\n",
    });
    expect(output).toContain('no-cycles');
  });
});
