import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applicationEnvironment, databaseAccounts, issueRadsecCertificate, migrate, seedDemo, seedSuperadmin } from './application.mjs';
import { ensureBuilt } from './build.mjs';
import { interruption } from './child-process.mjs';
import { dataPaths, freeBytes, inMegabytes, openDataFolder } from './data-folder.mjs';
import { describeFailure, isDiskFull, LaunchFailure } from './failure.mjs';
import { loadFirstStart, saveFirstStart } from './first-start.mjs';
import { ensureEapCertificate, hasRadsecCertificate, radiusEnvironment, radsecCertificateVersion } from './freeradius.mjs';
import { endLeftovers } from './leftovers.mjs';
import { tryLock } from './lock.mjs';
import { keepLogsSmall } from './log-files.mjs';
import { checkMariadbSeries } from './mariadb-version.mjs';
import { initialiseMariadb, mariadbPlace, rootStatements, writeInitFile } from './mariadb.mjs';
import { ensurePackages, START_REQUIREMENTS } from './packages.mjs';
import { requireFreePorts } from './port-holders.mjs';
import { askForCustomer, requireStatusAnswer } from './radius-proof.mjs';
import { redisPlace, redisUrl } from './redis.mjs';
import { readRunFile, removeRunFile, writeRunFile } from './run-file.mjs';
import { loadSecrets } from './secrets.mjs';
import { applicationServices, mariadbService, radiusServices, redisService } from './services.mjs';
import { Supervisor } from './supervisor.mjs';
import { showReady, showRunning } from './summary.mjs';
import { step, warn } from './ui.mjs';

const DISK_CHECK_MS = 2_000;
const CERTIFICATE_CHECK_MS = 60_000;
/** FreeRADIUS's process for RADIUS over TLS */
const RADSEC = 'radius-radsec';
const RESTART_BYTES = 4 * 1024 ** 2;
const DISK_WARNING_BYTES = 64 * 1024 ** 2;

/** One run of `npm start`, from the first check to the last process stopped. */
export class Launcher {
  #settings;
  #empty;
  #paths;
  #supervisor;
  /** @type {(() => void) | undefined} */
  #releaseLock;
  /** @type {Promise<void> | undefined} */
  #shutdown;
  /** @type {Omit<import('./run-file.mjs').RunFile, 'launcher'> | undefined} */
  #runFile;

  /**
   * @param {import('./settings.mjs').LaunchSettings} settings
   * @param {{ empty: boolean }} options
   */
  constructor(settings, { empty }) {
    this.#settings = settings;
    this.#empty = empty;
    this.#paths = dataPaths(settings.dataDir);
    this.#supervisor = new Supervisor({
      logs: this.#paths.logs,
      processesFile: this.#paths.processes,
      onEvent: warn,
      roomToRestart: () => this.#roomOnDisk(),
      onChange: () => this.#writeRunFile(),
      onGiveUp: (failure) => void this.fail(failure),
    });
  }

  /** @returns {Promise<'started' | 'already running'>} */
  async launch() {
    openDataFolder(this.#settings.dataDir);
    const attempt = tryLock(this.#paths.lock);
    if (attempt.holder) {
      showRunning(readRunFile(this.#paths.runFile), attempt.holder.pid);
      return 'already running';
    }
    this.#releaseLock = attempt.release;
    const ended = await endLeftovers(this.#paths);
    if (ended.length > 0) step(`An earlier start was killed; what it had left running was stopped: ${ended.join(', ')}`);

    await Promise.all([ensurePackages(START_REQUIREMENTS, step), this.#requirePorts()]);
    await this.#startEverything();
    this.#watchDisk();
    keepLogsSmall(this.#paths.logs, { onFailure: warn });
    return 'started';
  }

  /** Stops everything; asked again, it is the same stop. */
  stop() {
    this.#shutdown ??= this.#stopEverything();
    return this.#shutdown;
  }

  /**
   * @param {unknown} error
   */
  async fail(error) {
    // What breaks because we are stopping is not news.
    if (this.#shutdown) return;
    process.exitCode = 1;
    warn(describeFailure(error));
    await this.stop();
    process.exit(1);
  }

  async #stopEverything() {
    interruption.abort();
    await this.#supervisor.stopAll();
    if (this.#releaseLock) {
      removeRunFile(this.#paths.runFile);
      rmSync(this.#paths.processes, { force: true });
      this.#releaseLock();
    }
  }

  #requirePorts() {
    const { ports, portBase } = this.#settings;
    return requireFreePorts(
      [
        { name: 'HTTP', protocol: 'tcp', port: ports.http },
        { name: 'worker', protocol: 'tcp', port: ports.worker },
        { name: 'MariaDB', protocol: 'tcp', port: ports.mariadb },
        { name: 'Redis', protocol: 'tcp', port: ports.redis },
        { name: 'RADIUS authentication', protocol: 'udp', port: ports.radiusAuth },
        { name: 'RADIUS accounting', protocol: 'udp', port: ports.radiusAcct },
        { name: 'RADIUS status', protocol: 'udp', port: ports.radiusStatus },
        { name: 'RADIUS accounting status', protocol: 'udp', port: ports.radiusAcctStatus },
        { name: 'RADIUS drain status', protocol: 'udp', port: ports.radiusDrainStatus },
        { name: 'RadSec status', protocol: 'udp', port: ports.radiusRadsecStatus },
        { name: 'RADIUS probe', protocol: 'udp', port: ports.radiusProbe },
        { name: 'RadSec', protocol: 'tcp', port: ports.radsec },
        { name: 'RadSec logins', protocol: 'udp', port: ports.radsec },
      ],
      portBase,
    );
  }

  async #startEverything() {
    const { dataDir, ports, portBase } = this.#settings;
    const secrets = loadSecrets(this.#paths.secrets, join(dataDir, 'mysql'));
    const firstStart = loadFirstStart(this.#paths.firstStart, { empty: this.#empty });
    const mariadb = mariadbPlace(dataDir, ports.mariadb);
    const redis = redisPlace(dataDir, ports.redis, secrets.redis);
    const radius = radiusEnvironment({ dataDir, ports, secrets });
    const environment = applicationEnvironment({
      dataDir,
      ports,
      databaseSocket: mariadb.socket,
      redisUrl: redisUrl(redis),
      secrets,
      radius,
    });
    const application = applicationServices(ports, environment);

    const built = ensureBuilt({ server: true, web: true }, step);
    const prepared = Promise.all([built, this.#startDatabase(mariadb, secrets)]).then(() =>
      this.#prepareDatabases(environment, firstStart),
    );
    await ensureEapCertificate(radius);
    await Promise.all([
      this.#supervisor.start(redisService(redis)),
      ...radiusServices(dataDir, radius).map(async (service) => {
        // After an update it may know columns that the tables do not have yet; what the spool holds can wait for them.
        if (service.name === 'radius-drain') await prepared;
        if (service.name === RADSEC && !hasRadsecCertificate(radius)) await prepared.then(() => issueRadsecCertificate(environment));
        await this.#supervisor.start(service);
      }),
      prepared,
    ]);
    this.#watchCertificate(radius);
    step('MariaDB, Redis and FreeRADIUS run');
    await Promise.all([this.#supervisor.start(application.platform), this.#supervisor.start(application.worker)]);
    step('Platform and worker run');
    const proof = await this.#prove(firstStart, secrets.radiusProbe);

    this.#runFile = {
      port_base: portBase,
      api: `http://127.0.0.1:${ports.http}/api`,
      web: `http://localhost:${ports.http}`,
      radius: {
        auth: ports.radiusAuth,
        acct: ports.radiusAcct,
        coa: ports.coa,
        radsec: ports.radsec,
        secret: firstStart.demo?.router.secret ?? null,
      },
      db: { host: '127.0.0.1', port: ports.mariadb, socket: mariadb.socket },
      redis: redisUrl(redis),
      superadmin: firstStart.superadmin,
      tenant: firstStart.demo ? { ...firstStart.demo.tenant, url: `http://${firstStart.demo.tenant.slug}.localhost:${ports.http}` } : null,
      customer: firstStart.demo?.customer ?? null,
      pids: {},
    };
    this.#writeRunFile();
    showReady({ run: this.#runFile, firstTime: !firstStart.shown, dataDir, logs: this.#paths.logs, proof });
    if (!firstStart.shown) saveFirstStart(this.#paths.firstStart, { ...firstStart, shown: true });
  }

  /**
   * @param {import('./mariadb.mjs').MariadbPlace} place
   * @param {import('./secrets.mjs').Secrets} secrets
   */
  async #startDatabase(place, secrets) {
    const series = await checkMariadbSeries(this.#settings.dataDir);
    await initialiseMariadb(place);
    writeInitFile(place, [...rootStatements(secrets.mariadbRoot), ...databaseAccounts(secrets)]);
    await this.#supervisor.start(mariadbService(place));
    if (series.upgradesFrom) step(`Bringing the database from MariaDB ${series.upgradesFrom} up to date`);
    await series.upgrade(place.socket, secrets.mariadbRoot);
  }

  /**
   * @param {Record<string, string>} environment
   * @param {import('./first-start.mjs').FirstStart} firstStart
   */
  async #prepareDatabases(environment, firstStart) {
    await migrate(environment);
    if (firstStart.shown) return;
    await seedSuperadmin(environment, firstStart.superadmin);
    if (firstStart.withDemo && !firstStart.demo) {
      firstStart.demo = await seedDemo(environment, firstStart);
      saveFirstStart(this.#paths.firstStart, firstStart);
    }
    step('Databases created and filled');
  }

  /**
   * @param {import('./first-start.mjs').FirstStart} firstStart
   * @param {string} probeSecret
   * @returns {Promise<string>} the line that says so
   */
  async #prove(firstStart, probeSecret) {
    const place = { dataDir: this.#settings.dataDir, ports: this.#settings.ports, probeSecret };
    const { demo, shown } = firstStart;
    if (!demo) {
      await requireStatusAnswer(place);
      return 'RADIUS answers Status-Server';
    }
    // Later the demo customer may have been changed or removed by whoever uses the installation: that is no failure of it.
    const answer = await askForCustomer(place, demo, shown ? 4_000 : 20_000);
    if (answer === 'accepted') return `RADIUS accepted ${demo.customer.username}`;
    if (!shown) {
      throw new LaunchFailure(
        answer === 'rejected'
          ? `FreeRADIUS rejected the demo customer ${demo.customer.username}.`
          : 'FreeRADIUS did not answer the demo router.',
        `Look at radius-auth.log and worker.log in ${this.#paths.logs}.`,
      );
    }
    await requireStatusAnswer(place);
    return `RADIUS answers Status-Server (the demo customer ${demo.customer.username} is not accepted any more)`;
  }

  #writeRunFile() {
    if (!this.#runFile) return;
    this.#runFile = { ...this.#runFile, pids: { launcher: process.pid, ...this.#supervisor.pids } };
    try {
      writeRunFile(this.#paths.runFile, this.#runFile);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }

  /** On a full disk a server would only crash again: it is started when there is room. */
  async #roomOnDisk() {
    while (!this.#shutdown && freeBytes(this.#settings.dataDir) < RESTART_BYTES) await sleep(DISK_CHECK_MS);
  }

  /**
   * FreeRADIUS reads its certificate at its start only; the worker renews it long before its end.
   * @param {Record<string, string>} radius
   */
  #watchCertificate(radius) {
    let known = radsecCertificateVersion(radius);
    const check = () => {
      const present = radsecCertificateVersion(radius);
      if (present === known || present === 0) return;
      known = present;
      void this.#supervisor.restart(RADSEC);
    };
    setInterval(check, CERTIFICATE_CHECK_MS).unref();
  }

  /** A database on a full disk waits for room without a word; somebody has to say it. */
  #watchDisk() {
    let warned = false;
    const check = () => {
      const free = freeBytes(this.#settings.dataDir);
      if (free < DISK_WARNING_BYTES && !warned)
        warn(
          `The disk with ${this.#settings.dataDir} is nearly full (${inMegabytes(free)} left): what cannot write waits or ends until there is room.`,
        );
      warned = free < DISK_WARNING_BYTES;
    };
    setInterval(check, DISK_CHECK_MS).unref();
  }
}
