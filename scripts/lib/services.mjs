import { answersHttp, httpHost, programCommand } from './application.mjs';
import { controlSocket, controlSocketListens, RADIUS_PROCESSES, radiusCommand } from './freeradius.mjs';
import { mariadbCommand, mariadbGreets } from './mariadb.mjs';
import { redisAnswers, redisCommand } from './redis.mjs';

/** @typedef {import('./supervisor.mjs').Service} Service */

const LAYER = { data: 1, radius: 2, application: 3 };

/** Crash recovery of a large database comes before its first answer. */
const DATABASE_READY_MS = 120_000;

/**
 * @param {import('./mariadb.mjs').MariadbPlace} place
 * @returns {Service}
 */
export function mariadbService(place) {
  return {
    name: 'mariadb',
    title: 'MariaDB',
    layer: LAYER.data,
    command: () => mariadbCommand(place, 'durable'),
    isReady: () => mariadbGreets(place),
    readyTimeoutMs: DATABASE_READY_MS,
    graceMs: 30_000,
  };
}

/**
 * @param {import('./redis.mjs').RedisPlace} place
 * @returns {Service}
 */
export function redisService(place) {
  return {
    name: 'redis',
    title: 'Redis',
    layer: LAYER.data,
    command: () => redisCommand(place, 'durable'),
    isReady: () => redisAnswers(place),
    readyTimeoutMs: 60_000,
    graceMs: 10_000,
  };
}

/**
 * @param {string} dataDir
 * @param {Record<string, string>} environment
 * @returns {Service[]}
 */
export function radiusServices(dataDir, environment) {
  return RADIUS_PROCESSES.map((name) => ({
    name: `radius-${name}`,
    title: `FreeRADIUS (${name})`,
    layer: LAYER.radius,
    command: () => radiusCommand(name, environment),
    isReady: () => controlSocketListens(controlSocket(dataDir, name)),
    readyTimeoutMs: 30_000,
    graceMs: 5_000,
  }));
}

/**
 * @param {import('./ports.mjs').PortPlan} ports
 * @param {Record<string, string>} environment
 * @returns {{ platform: Service, worker: Service }}
 */
export function applicationServices(ports, environment) {
  return {
    platform: {
      name: 'platform',
      title: 'The platform (HTTP)',
      layer: LAYER.application,
      command: () => programCommand('platform', environment),
      isReady: () => answersHttp(ports.http, '/api/health', httpHost()),
      readyTimeoutMs: 60_000,
      graceMs: 10_000,
    },
    worker: {
      name: 'worker',
      title: 'The worker',
      layer: LAYER.application,
      command: () => programCommand('worker', environment),
      isReady: () => answersHttp(ports.worker, '/health'),
      readyTimeoutMs: 60_000,
      graceMs: 10_000,
    },
  };
}
