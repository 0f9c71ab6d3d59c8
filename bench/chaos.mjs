/**
 * npm run bench -- chaos: the tests of freeradius/chaos at full length. MariaDB killed for 60 s and frozen for 20 s under 800 accounting
 * packets a second, each FreeRADIUS process killed in the middle of them. JALA_CHAOS_RATE, JALA_CHAOS_SECONDS and
 * JALA_CHAOS_FREEZE_SECONDS choose other figures.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const child = spawn(process.execPath, [jest, '--selectProjects', 'radius', '--testPathPatterns', 'freeradius/chaos/chaos'], {
  stdio: 'inherit',
  env: { JALA_CHAOS_RATE: '800', JALA_CHAOS_SECONDS: '60', JALA_CHAOS_FREEZE_SECONDS: '20', ...process.env, JALA_CHAOS_TELL: '1' },
});
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;
