import { showsMails } from './application.mjs';
import { bold, dim, say, secondsSinceStart } from './ui.mjs';

/**
 * @param {{ run: Omit<import('./run-file.mjs').RunFile, 'launcher'>, firstTime: boolean, dataDir: string, logs: string, proof: string }} options
 */
export function showReady({ run, firstTime, dataDir, logs, proof }) {
  const password = (/** @type {{ password: string }} */ account) => (firstTime ? `   password ${bold(account.password)}` : '');
  say();
  say(`${bold('Jala is ready')} ${dim(`after ${secondsSinceStart()} s`)}`);
  say();
  say(`  Platform   ${bold(run.web)}`);
  say(`             ${run.superadmin.email}${password(run.superadmin)}`);
  if (run.tenant) {
    say(`  Tenant     ${bold(run.tenant.url)}`);
    say(`             ${run.tenant.email}${password(run.tenant)}`);
  }
  say(`  API        ${run.api}/docs`);
  if (showsMails()) say(`  Mails      ${run.web}/dev/mails  ${dim('(not sent; whoever reaches the platform can read them)')}`);
  say(`  RADIUS     127.0.0.1, authentication ${run.radius.auth}/udp, accounting ${run.radius.acct}/udp`);
  if (firstTime && run.radius.secret && run.customer) {
    say(
      `             router 127.0.0.1 secret ${bold(run.radius.secret)}, customer ${run.customer.username} password ${bold(run.customer.password)}`,
    );
  }
  say(`  Data       ${dataDir}  ${dim(`(logs in ${logs})`)}`);
  say();
  if (firstTime) say('These passwords were made for this installation and are shown only now. Change them after the first login.');
  say('Ctrl-C stops everything, as does npm stop from another terminal.');
  say();
  say(proof);
}

/**
 * @param {import('./run-file.mjs').RunFile | undefined} run
 * @param {number} pid
 */
export function showRunning(run, pid) {
  if (!run) {
    say(`Jala is being started or stopped by process ${pid} at this moment.`);
    return;
  }
  say(`Jala is already running (process ${pid}).`);
  say(`  Platform   ${run.web}`);
  if (run.tenant) say(`  Tenant     ${run.tenant.url}`);
  say('npm stop stops it. A second one beside it needs JALA_DATA and JALA_PORT_BASE of its own.');
}
