/**
 * npm run bench -- api: an authenticated GET of a tenant against Fastify and mysql2 with nothing between them, on the
 * same database, in turns within one run. The ratio counts, not the rates: these are shared machines.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';

const ROOT = join(import.meta.dirname, '..');
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = 16;
const CUSTOMERS = 60;
const LEAST_RATIO = 0.4;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when the program has printed the line that says it is ready. */
function started(child, pattern) {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk) => {
      output += chunk;
      if (pattern.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output}`)));
  });
}

async function post(url, body, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tenant': 'demo', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Who answers less has it easier. */
async function assertSameAnswer(jala, bare, headers) {
  const [ofJala, ofBare] = await Promise.all([fetch(jala, { headers }), fetch(bare)]);
  deepStrictEqual(await ofBare.json(), await ofJala.json(), `${bare} does not answer what ${jala} does`);
}

async function rate(url, headers) {
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} errors`);
  return result.requests.total / result.duration;
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'jala-bench-api-'));
  const data = join(folder, 'data');
  const base = 30_000 + Math.floor(Math.random() * 1_000) * 20;
  const launcher = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: ROOT,
    env: { ...process.env, JALA_DATA: data, JALA_PORT_BASE: String(base), LOG_LEVEL: 'warn' },
  });
  let bare;
  try {
    await started(launcher, /RADIUS accepted/);
    const run = JSON.parse(readFileSync(join(data, 'run.json'), 'utf8'));
    const api = new URL(run.api).origin;
    const { token } = await post(`${api}/api/login`, { email: run.tenant.email, password: run.tenant.password });
    for (let index = 0; index < CUSTOMERS; index++) {
      const customer = { name: `Customer ${index}`, service_plan_id: 1 + (index % 5), service_type: index % 2 ? 'pppoe' : 'hotspot' };
      await post(`${api}/api/tenant/customers`, customer, token);
    }
    const barePort = await freePort();
    const password = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')).mariadbRoot;
    bare = spawn(process.execPath, [join(ROOT, 'bench/api/bare-server.mjs'), run.db.socket, 't_demo', String(barePort)], {
      env: { ...process.env, MYSQL_PWD: password, NODE_ENV: 'production' },
    });
    await started(bare, /ready/);

    const headers = { authorization: `Bearer ${token}`, 'x-tenant': 'demo' };
    const cases = [
      { name: 'a page of 25 customers', jala: '/api/tenant/customers?per_page=25', bare: '/customers' },
      { name: 'one customer', jala: '/api/tenant/customers/1', bare: '/customers/1' },
    ];
    let failed = false;
    for (const { name, jala, bare: plain } of cases) {
      await assertSameAnswer(`${api}${jala}`, `http://127.0.0.1:${barePort}${plain}`, headers);
      const rates = { jala: [], bare: [] };
      // The first round warms both up and is thrown away.
      for (let round = 0; round <= ROUNDS; round++) {
        const [ofJala, ofBare] = [await rate(`${api}${jala}`, headers), await rate(`http://127.0.0.1:${barePort}${plain}`, {})];
        if (round > 0) {
          rates.jala.push(ofJala);
          rates.bare.push(ofBare);
        }
      }
      const ratio = median(rates.jala.map((value, index) => value / rates.bare[index]));
      failed ||= ratio < LEAST_RATIO;
      console.log(
        `${name.padEnd(26)} jala ${median(rates.jala).toFixed(0).padStart(6)}/s   bare ${median(rates.bare).toFixed(0).padStart(6)}/s   ` +
          `ratio ${ratio.toFixed(2)} (at least ${LEAST_RATIO})  ${ratio < LEAST_RATIO ? 'TOO SLOW' : 'ok'}`,
      );
    }
    process.exitCode = failed ? 1 : 0;
  } finally {
    bare?.kill('SIGTERM');
    launcher.removeAllListeners('exit');
    if (launcher.exitCode === null) {
      launcher.kill('SIGTERM');
      await once(launcher, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
