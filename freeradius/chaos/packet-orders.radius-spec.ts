import fc from 'fast-check';
import { withConnection } from '@jala/infra/central-db';
import { rootOfTestServer } from '@jala/infra/testing';
import type { RawAttribute } from '../scenarios/support/raw-packets';
import { type Isp, Scenario } from '../scenarios/support/scenario';
import { sendInOrder } from './accounting-sender';
import type { LoadRouter } from './router-load';

jest.setTimeout(300_000);

const RUNS = Number(process.env.JALA_CHAOS_RUNS ?? 8);
const INTERVAL_S = 60;
/** Sessions lie this far back, so that every packet has a past to come from. */
const AGO_S = 7_200;
/** The router's clock and ours differ by the time a packet travels. */
const TRAVEL_S = 25;

const integer = (type: number, value: number): RawAttribute => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return [type, bytes];
};

interface Report {
  /** Which session it is about. */
  readonly session: number;
  /** 1 Start, 3 Interim-Update, 2 Stop. */
  readonly status: number;
  /** Seconds since the session began. */
  readonly at: number;
  readonly input: number;
  readonly output: number;
}

interface Plan {
  /** Increments of each report after the Start; the last is the Stop when `stopped`. */
  readonly steps: readonly { input: number; output: number }[];
  readonly stopped: boolean;
}

const reportsOf = ({ steps, stopped }: Plan, session: number): Report[] => {
  const reports: Report[] = [{ session, status: 1, at: 0, input: 0, output: 0 }];
  let [input, output] = [0, 0];
  steps.forEach((step, index) => {
    input += step.input;
    output += step.output;
    reports.push({ session, status: stopped && index === steps.length - 1 ? 2 : 3, at: (index + 1) * INTERVAL_S, input, output });
  });
  return reports;
};

/** Some sessions, and their reports in any order: some late, some more than once, some lost. */
const history = fc
  .array(
    fc.record({
      steps: fc.array(fc.record({ input: fc.integer({ min: 0, max: 2 ** 33 }), output: fc.integer({ min: 0, max: 2 ** 40 }) }), {
        minLength: 1,
        maxLength: 6,
      }),
      stopped: fc.boolean(),
    }),
    { minLength: 2, maxLength: 12 },
  )
  .chain((plans) => {
    const reports = plans.flatMap(reportsOf);
    return fc.record({
      plans: fc.constant(plans),
      sent: fc
        .tuple(
          fc.shuffledSubarray(reports, { minLength: Math.ceil(reports.length / 2) }),
          fc.array(fc.constantFrom(...reports), { maxLength: reports.length }),
        )
        .chain(([once, again]) => fc.shuffledSubarray([...once, ...again], { minLength: once.length + again.length })),
    });
  });

/** Longer than a packet may be late without saying so. */
const GAP_S = 200;

/** Sessions under one id, one after the other: something other than the Start is heard of each. */
const successive = fc
  .array(
    fc.record({
      steps: fc.array(fc.record({ input: fc.integer({ min: 1, max: 2 ** 33 }), output: fc.integer({ min: 1, max: 2 ** 40 }) }), {
        minLength: 1,
        maxLength: 5,
      }),
      stopped: fc.boolean(),
    }),
    { minLength: 2, maxLength: 6 },
  )
  .chain((plans) => {
    const reports = plans.flatMap(reportsOf);
    const last = reports.filter((report, index) => reports[index + 1]?.session !== report.session);
    return fc.record({
      plans: fc.constant(plans),
      sent: fc.tuple(fc.subarray(reports), fc.array(fc.constantFrom(...reports), { maxLength: reports.length })).chain(([some, again]) => {
        const all = [...new Set([...some, ...last]), ...again];
        return fc.shuffledSubarray(all, { minLength: all.length });
      }),
    });
  });

/** Seconds after the first. */
const startsOf = (plans: readonly Plan[]): number[] => {
  let start = 0;
  return plans.map(({ steps }) => {
    const begins = start;
    start += steps.length * INTERVAL_S + GAP_S;
    return begins;
  });
};

describe('reports in any order, repeated, late, lost, under reused session ids', () => {
  let scenario: Scenario;
  let isp: Isp;
  let router: LoadRouter;
  let run = 0;

  beforeAll(async () => {
    scenario = await Scenario.start();
    isp = await scenario.isp();
    router = (await isp.router('127.0.8.1', { routerId: 81 })).client;
    // Sees each single change, not only what is left in the end.
    await withConnection(await rootOfTestServer(), async (connection) => {
      await connection.query(`USE \`${isp.tenant.context.db}\``);
      await connection.query('CREATE TABLE violations (what VARCHAR(64), acctuniqueid VARCHAR(32))');
      await connection.query(
        `CREATE TRIGGER watch BEFORE UPDATE ON radacct FOR EACH ROW INSERT INTO violations
         SELECT 'a counter went down', NEW.acctuniqueid FROM DUAL
          WHERE NEW.acctinputoctets < OLD.acctinputoctets OR NEW.acctoutputoctets < OLD.acctoutputoctets
             OR NEW.acctsessiontime < OLD.acctsessiontime OR NEW.acctupdatetime < OLD.acctupdatetime
         UNION ALL SELECT 'a stopped session was reopened', NEW.acctuniqueid FROM DUAL
          WHERE NEW.acctstoptime IS NULL AND OLD.acctstoptime IS NOT NULL
         UNION ALL SELECT 'a session became another one', NEW.acctuniqueid FROM DUAL
          WHERE NEW.username <> OLD.username OR NOT NEW.class <=> OLD.class`,
      );
    });
  });
  afterAll(() => scenario.stop());

  it('end as the same sessions, no counter ever goes down, and no two sessions become one', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ plans, sent }) => {
        const name = `order-${++run}`;
        // Two and two share an Acct-Session-Id, as after a reboot of the router; only Class tells them apart.
        const idOf = (session: number): string => `${name}-${Math.floor(session / 2)}`;
        const classOf = (session: number): string => `jala:${(run * 1_000 + session).toString(16).padStart(32, '0')}`;
        const packets = sent.map(({ session, status, at, input, output }): RawAttribute[] => [
          [1, 'budi'],
          [25, classOf(session)],
          [44, idOf(session)],
          integer(40, status),
          integer(41, AGO_S - at),
          integer(46, at),
          integer(42, input % 2 ** 32),
          integer(52, Math.floor(input / 2 ** 32)),
          integer(43, output % 2 ** 32),
          integer(53, Math.floor(output / 2 ** 32)),
        ]);
        const began = Date.now();
        await sendInOrder(router, scenario.server.ports.acct, packets);
        await scenario.stored();

        const rows = await isp.query<{
          class: string;
          input: string;
          output: string;
          seconds: number;
          started: Date;
          stopped: Date | null;
        }>(
          `SELECT class, acctinputoctets AS input, acctoutputoctets AS output, acctsessiontime AS seconds, acctstarttime AS started, acctstoptime AS stopped
           FROM radacct WHERE acctsessionid LIKE ?`,
          [`${name}-%`],
        );
        const expected = plans.flatMap((_, session) => {
          const heard = sent.filter((report) => report.session === session);
          if (heard.length === 0) return [];
          const most = (of: 'at' | 'input' | 'output'): number => Math.max(...heard.map((report) => report[of]));
          return [
            {
              class: classOf(session),
              input: most('input'),
              output: most('output'),
              seconds: most('at'),
              stopped: heard.some(({ status }) => status === 2),
            },
          ];
        });
        const found = rows.map((row) => ({
          class: row.class,
          input: Number(row.input),
          output: Number(row.output),
          seconds: row.seconds,
          stopped: row.stopped !== null,
        }));
        const byClass = (a: { class: string }, b: { class: string }): number => a.class.localeCompare(b.class);
        expect(found.sort(byClass)).toEqual(expected.sort(byClass));
        for (const { started } of rows) {
          const off = started.getTime() - (began - AGO_S * 1000);
          expect(Math.abs(off)).toBeLessThan(TRAVEL_S * 1000);
        }
        expect(await isp.query('SELECT * FROM violations')).toEqual([]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    // What each user moved was counted once, whatever was repeated.
    const [usage] = await isp.query<{ counted: string; moved: string }>(
      'SELECT (SELECT SUM(input_bytes + output_bytes) FROM usage_daily) AS counted, (SELECT SUM(acctinputoctets + acctoutputoctets) FROM radacct) AS moved',
    );
    expect(usage!.counted).toBe(usage!.moved);
    // The watch was awake.
    await isp.query('UPDATE radacct SET acctupdatetime = acctupdatetime - INTERVAL 1 SECOND LIMIT 1');
    expect(await isp.query('SELECT what FROM violations')).toEqual([{ what: 'a counter went down' }]);
  });

  it('are kept apart by time where the router does not repeat Class, in any order', async () => {
    await isp.query('DELETE FROM violations');
    await fc.assert(
      fc.asyncProperty(successive, async ({ plans, sent }) => {
        const id = `again-${++run}`;
        const starts = startsOf(plans);
        const packets = sent.map(({ session, status, at, input, output }): RawAttribute[] => [
          [1, 'budi'],
          [44, id],
          integer(40, status),
          integer(41, AGO_S - starts[session]! - at),
          integer(46, at),
          integer(42, input % 2 ** 32),
          integer(52, Math.floor(input / 2 ** 32)),
          integer(43, output % 2 ** 32),
          integer(53, Math.floor(output / 2 ** 32)),
        ]);
        const began = Date.now();
        await sendInOrder(router, scenario.server.ports.acct, packets);
        await scenario.stored();
        const rows = await isp.query<{ input: string; output: string; seconds: number; started: Date; stopped: Date | null }>(
          `SELECT acctinputoctets AS input, acctoutputoctets AS output, acctsessiontime AS seconds, acctstarttime AS started, acctstoptime AS stopped
             FROM radacct WHERE acctsessionid = ? ORDER BY acctstarttime`,
          [id],
        );
        const found = rows.map(({ input, output, seconds, stopped }) => [Number(input), Number(output), seconds, stopped !== null]);
        const expected = plans.map((_, session) => {
          const heard = sent.filter((report) => report.session === session);
          const most = (of: 'at' | 'input' | 'output'): number => Math.max(...heard.map((report) => report[of]));
          return [most('input'), most('output'), most('at'), heard.some(({ status }) => status === 2)];
        });
        expect(found).toEqual(expected);
        rows.forEach(({ started }, session) => {
          const off = started.getTime() - (began - (AGO_S - starts[session]!) * 1000);
          expect(Math.abs(off)).toBeLessThan(TRAVEL_S * 1000);
        });
        expect(await isp.query('SELECT * FROM violations')).toEqual([]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
