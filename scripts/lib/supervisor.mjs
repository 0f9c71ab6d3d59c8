import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './child-process.mjs';
import { isDiskFull, LaunchFailure } from './failure.mjs';
import { tailOf, writeJsonAtomically } from './files.mjs';
import { rotateLog } from './log-files.mjs';
import { mentionsFullDisk } from './mariadb.mjs';

/**
 * @typedef {object} Service
 * @property {string} name also the name of its log
 * @property {string} title
 * @property {number} layer services of a higher layer are stopped before those of a lower one
 * @property {() => import('./child-process.mjs').Command} command
 * @property {() => Promise<boolean>} isReady
 * @property {number} readyTimeoutMs
 * @property {number} graceMs how long it may take to end before it is killed
 */

/** Waits before the restarts that follow a crash; a service that crashes more often within the window is given up. */
const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000];
const CRASH_WINDOW_MS = 180_000;
const READY_POLL_MS = 25;

/** Runs services as children of this process: starts them, restarts the crashed, stops all in order. */
export class Supervisor {
  /** @type {Map<string, { service: Service, child: import('./child-process.mjs').RunningChild, restarting?: boolean }>} */
  #running = new Map();
  #stopping = false;
  #options;

  /**
   * @param {{ logs: string, processesFile: string, onEvent: (line: string) => void, roomToRestart: () => Promise<void>, onChange: () => void, onGiveUp: (failure: LaunchFailure) => void }} options
   */
  constructor(options) {
    this.#options = options;
  }

  /** @returns {Record<string, number>} */
  get pids() {
    return Object.fromEntries([...this.#running].map(([name, { child }]) => [name, child.identity.pid]));
  }

  /**
   * @param {Service} service
   * @returns {string}
   */
  logOf(service) {
    return join(this.#options.logs, `${service.name}.log`);
  }

  /**
   * Starts a service and comes back when it is ready.
   * @param {Service} service
   */
  async start(service) {
    rotateLog(this.logOf(service));
    const child = await this.#launch(service);
    this.#watch(service, child);
  }

  /**
   * Ends a service that is then started again, as after a crash but without counting as one.
   * @param {string} name
   */
  async restart(name) {
    const running = this.#running.get(name);
    if (!running || this.#stopping) return;
    running.restarting = true;
    await running.child.stop(running.service.graceMs);
  }

  /** Stops layer by layer, from the highest down. */
  async stopAll() {
    this.#stopping = true;
    const layers = [...new Set([...this.#running.values()].map(({ service }) => service.layer))].sort((a, b) => b - a);
    for (const layer of layers) {
      const members = [...this.#running.values()].filter(({ service }) => service.layer === layer);
      await Promise.all(members.map(({ service, child }) => child.stop(service.graceMs)));
    }
    this.#running.clear();
    this.#record();
  }

  /**
   * @param {Service} service
   * @returns {Promise<import('./child-process.mjs').RunningChild>}
   */
  async #launch(service) {
    if (this.#stopping) throw new LaunchFailure(`${service.title} was not started: Jala is stopping.`, '');
    const log = this.logOf(service);
    const child = startChild(service.command(), log);
    this.#running.set(service.name, { service, child });
    this.#record();
    const deadline = Date.now() + service.readyTimeoutMs;
    while (!(await service.isReady())) {
      if (this.#stopping) throw new LaunchFailure(`${service.title} was not awaited: Jala is stopping.`, '');
      if (child.end()) throw failureOf(service, 'ended while it was starting', log);
      if (Date.now() > deadline) {
        await child.stop(service.graceMs);
        throw failureOf(service, `was not ready after ${service.readyTimeoutMs / 1000} s`, log);
      }
      await sleep(READY_POLL_MS);
    }
    return child;
  }

  /**
   * @param {Service} service
   * @param {import('./child-process.mjs').RunningChild} first
   */
  async #watch(service, first) {
    /** @type {number[]} */
    let crashes = [];
    let end = await first.ended;
    while (!this.#stopping) {
      const now = Date.now();
      if (this.#running.get(service.name)?.restarting) crashes = [];
      crashes = [...crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
      const wait = BACKOFF_MS[crashes.length - 1];
      const how = end.signal ? `was ended by ${end.signal}` : `ended with code ${end.code}`;
      if (wait === undefined) {
        this.#options.onGiveUp(
          failureOf(service, `${how} for the ${crashes.length}th time within ${CRASH_WINDOW_MS / 60_000} minutes`, this.logOf(service)),
        );
        return;
      }
      this.#options.onEvent(`${service.title} ${how}; starting it again (${this.logOf(service)})`);
      await sleep(wait);
      await this.#options.roomToRestart();
      if (this.#stopping) return;
      try {
        const child = await this.#launch(service);
        this.#options.onEvent(`${service.title} runs again`);
        this.#options.onChange();
        end = await child.ended;
      } catch (error) {
        if (!(error instanceof LaunchFailure)) throw error;
        end = this.#running.get(service.name)?.child.end() ?? end;
      }
    }
  }

  /** What the next launcher needs to clean up after one that was killed. */
  #record() {
    const identities = [...this.#running].map(([name, { service, child }]) => [
      name,
      { ...child.identity, layer: service.layer, graceMs: service.graceMs },
    ]);
    try {
      writeJsonAtomically(this.#options.processesFile, Object.fromEntries(identities));
    } catch (error) {
      // Servers that run are worth more than the note about them.
      if (!isDiskFull(error)) throw error;
    }
  }
}

/**
 * @param {Service} service
 * @param {string} what
 * @param {string} log
 * @returns {LaunchFailure}
 */
function failureOf(service, what, log) {
  const details = tailOf(log);
  if (mentionsFullDisk(details)) {
    return new LaunchFailure(`${service.title} ${what}: the disk is full.`, 'Make room and start again.', { details });
  }
  return new LaunchFailure(`${service.title} ${what}.`, `Its whole log: ${log}`, { details });
}
