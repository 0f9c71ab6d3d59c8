import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { REPOSITORY, temporaryFolder } from './support.mjs';

describe('npm run build', () => {
  const copy = temporaryFolder({ after });
  for (const part of ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts'])
    cpSync(join(REPOSITORY, part), join(copy, part), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'));
  const write = (/** @type {string} */ file, /** @type {string} */ text) => {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  };
  const build = () => spawnSync(process.execPath, [join(copy, 'scripts/build.mjs'), '--server'], { encoding: 'utf8' });
  const output = join(copy, 'dist/apps/cli/src/main.js');
  const answer = () => spawnSync(process.execPath, [output], { encoding: 'utf8' }).stdout;

  it('compiles to programs that find the libraries by their aliases', () => {
    write('libs/kernel/index.ts', 'export const greeting = (name: string): string => `Halo ${name}`;\n');
    write('libs/infra/names/index.ts', "export { name } from './name';\n");
    write('libs/infra/names/name.ts', "export const name: string = 'Budi';\n");
    write('libs/infra/names/name.spec.ts', 'it.todo("is not compiled");\n');
    write(
      'apps/cli/src/main.ts',
      "import { greeting } from '@jala/kernel';\nimport { name } from '@jala/infra/names';\nconsole.log(greeting(name));\n",
    );
    const { status, stdout, stderr } = build();
    assert.equal(status, 0, stderr);
    assert.match(stdout, /4 server files compiled/);
    assert.equal(answer(), 'Halo Budi\n');
    assert.ok(!existsSync(join(copy, 'dist/libs/infra/names/name.spec.js')));
  });

  it('does nothing when nothing changed, and only what changed otherwise', () => {
    assert.deepEqual([build().stdout, build().status], ['', 0]);
    write('libs/infra/names/name.ts', "export const name: string = 'Siti';\n");
    assert.match(build().stdout, /\b1 server files compiled/);
    assert.equal(answer(), 'Halo Siti\n');
  });

  it('names the file that does not compile, and is not fooled by what was built before', () => {
    write('apps/cli/src/main.ts', 'const = ;\n');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { status, stderr } = build();
      assert.equal(status, 1);
      assert.match(stderr, /apps\/cli\/src\/main\.ts does not compile/);
    }
  });

  it('removes what has no source any more', () => {
    rmSync(join(copy, 'apps/cli/src/main.ts'));
    assert.equal(build().status, 0);
    assert.ok(!existsSync(output));
  });
});
