import type { Connection } from 'mysql2/promise';
import { SystemClock } from '@jala/kernel';
import type { TestTenant } from '@jala/infra/testing';
import { ArchivedSessions, type SessionFilter, SessionsReader } from '@jala/radius';
import { heading, judge, median, note, timed } from '../tenants/verdicts';
import type { Bench } from './bench';
import { deviceOf } from './place';
import { interleave, ratio } from './rounds';

/** Open sessions, the same in both tenants: an empty page would not be the same page. */
const ONLINE = 200;
/** A tenant of a few days: as many as a page counts. Nothing would be no page. */
const ENDED_WHERE_NEW = 10_000;
const TIMES = 60;
const LIMIT = 1.2;
const HISTORY_DAYS = 45;

const PAGES: readonly { readonly name: string; readonly filter: SessionFilter }[] = [
  { name: 'online, newest first', filter: { state: 'online', page: 1, perPage: 25 } },
  { name: 'online, the fastest first', filter: { state: 'online', fastest: true, page: 1, perPage: 25 } },
  { name: 'online, on one router', filter: { state: 'online', routerId: 1, page: 1, perPage: 25 } },
  { name: 'online, search by name', filter: { state: 'online', search: 'u0001', page: 1, perPage: 25 } },
  { name: 'ended, first page', filter: { state: 'ended', page: 1, perPage: 25 } },
];

/** A tenant with a long history against one without: its users log in as fast, its staff see their sessions as fast. */
export async function benchHistory(bench: Bench): Promise<void> {
  const { options, jala, place } = bench;
  heading(`A tenant with ${options.historyRows.toLocaleString('en')} sessions in radacct`);
  const old = await bench.anotherTenant(0);
  const fresh = await bench.anotherTenant(1);
  const seconds = await timed(async () => {
    await fill(place.root, old.tenant.context.db, options.historyRows, options.usersPerTenant);
    await fill(place.root, fresh.tenant.context.db, ENDED_WHERE_NEW, options.usersPerTenant);
  });
  note(`filled in ${(seconds / 1_000).toFixed(0)} s`);
  const results = await interleave(
    {
      fresh: {
        name: 'logins of a new tenant',
        pids: () => jala.pids,
        run: () => bench.login(jala.authPort, { firstTenant: fresh.number }),
      },
      old: { name: 'logins of the old tenant', pids: () => jala.pids, run: () => bench.login(jala.authPort, { firstTenant: old.number }) },
    },
    bench.around,
  );
  judge('login of an old tenant against a new one', ratio(results.fresh, results.old), LIMIT, 'time for as many logins');
  for (const { name, filter } of PAGES) {
    const reader = new SessionsReader(place.tenancy.database, new ArchivedSessions(place.tenancy.database), new SystemClock());
    const page = (tenant: TestTenant) => timed(() => tenant.run(() => reader.list(filter)));
    const ofOld: number[] = [];
    const ofFresh: number[] = [];
    for (let turn = 0; turn < TIMES; turn++) {
      const [a, b] = [await page(old.tenant), await page(fresh.tenant)];
      if (turn < TIMES / 6) continue;
      ofOld.push(a);
      ofFresh.push(b);
    }
    judge(
      `sessions page, ${name}`,
      median(ofOld) / median(ofFresh),
      LIMIT,
      `${median(ofOld).toFixed(2)} ms against ${median(ofFresh).toFixed(2)} ms, ${TIMES} times in turns`,
    );
  }
}

/**
 * Sessions that ended within the last weeks, all of them in radacct although the worker would have archived most: the worst case. Then
 * the open ones. What triggers would count is of no interest here, so they come back when the rows are in.
 */
async function fill(root: Connection, db: string, rows: number, users: number): Promise<void> {
  const [triggers] = (await root.query(`SHOW TRIGGERS FROM ${db} LIKE 'radacct'`)) as unknown as [{ Trigger: string }[]];
  const definitions: string[] = [];
  for (const { Trigger: name } of triggers) {
    const [[definition]] = (await root.query(`SHOW CREATE TRIGGER ${db}.${name}`)) as unknown as [{ 'SQL Original Statement': string }[]];
    definitions.push(definition?.['SQL Original Statement'] ?? '');
    await root.query(`DROP TRIGGER ${db}.${name}`);
  }
  // A bulk load into an empty table builds the indexes by sorting.
  await root.query(`USE ${db}; SET SESSION unique_checks = 0, foreign_key_checks = 0`);
  const step = (HISTORY_DAYS * 86_400) / rows;
  await root.query(insert('seq', `seq_1_to_${rows}`, `UTC_TIMESTAMP() - INTERVAL (${rows} - seq) * ${step.toFixed(6)} + 60 SECOND`, users));
  await root.query(insert(`seq + ${rows}`, `seq_1_to_${ONLINE}`, 'NULL', users));
  await root.query('SET SESSION unique_checks = 1, foreign_key_checks = 1');
  for (const definition of definitions) await root.query(definition);
  await root.query(
    'UPDATE raduser u SET open_sessions = (SELECT COUNT(*) FROM radacct a WHERE a.username = u.username AND a.acctstoptime IS NULL)',
  );
  await root.query(`ANALYZE TABLE ${db}.radacct`);
}

const insert = (number: string, sequence: string, ended: string, users: number): string => `
  INSERT INTO radacct (acctsessionid, acctuniqueid, username, nasipaddress, router_id, nasportid, nasporttype, acctstarttime, acctupdatetime,
    acctstoptime, acctinterval, acctsessiontime, acctinputoctets, acctoutputoctets, previous_input, previous_output, calledstationid,
    callingstationid, acctterminatecause, servicetype, framedprotocol, framedipaddress)
  SELECT CONCAT('81', HEX(${number})), MD5(${number}), CONCAT('u', LPAD(1 + seq % ${users}, 5, '0')),
    '127.1.4.1', 1 + seq % 10, 'ether1', 'Ethernet',
    COALESCE(${ended}, UTC_TIMESTAMP() - INTERVAL 60 SECOND) - INTERVAL 3600 SECOND, COALESCE(${ended}, UTC_TIMESTAMP() - INTERVAL 60 SECOND),
    ${ended}, 300, 3600, seq % 1000000 * 1000, seq % 1000000 * 5000, seq % 1000000 * 990, seq % 1000000 * 4900, 'pppoe1',
    ${deviceOf(`1 + seq % ${users}`)}, IF(${ended} IS NULL, '', 'User-Request'), 'Framed-User', 'PPP', '10.0.0.1'
  FROM ${sequence}`;
