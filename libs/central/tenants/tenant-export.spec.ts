import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppConfig } from '@jala/infra/config';
import { TenantExports } from './tenant-export';

describe('an export', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'jala-export-'));
  const folder = join(dataDir, 'exports');
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('removes what a killed worker left of an earlier try: half a dump and the password of the administrator', async () => {
    mkdirSync(folder);
    const left = ['.net-7.sql.gz.12', '.net-7.sql.gz.12.cnf', '.net-7.sql.gz.12.ca'];
    const others = ['.net-77.sql.gz.12.cnf', 'net-7.sql.gz', '.other-net-7.sql.gz.12.cnf'];
    for (const name of [...left, ...others]) writeFileSync(join(folder, name), 'x');
    const target = { host: '127.0.0.1', port: 1, socket: join(dataDir, 'no.sock'), user: 'x', password: 'x', database: 't_net' };
    await expect(new TenantExports({ dataDir } as AppConfig).write('net', 7, target)).rejects.toThrow();
    expect(readdirSync(folder).sort()).toEqual([...others].sort());
  });
});
