import { connect } from 'node:net';
import { join } from 'node:path';
import { writeFileAtomically } from './files.mjs';

/** @typedef {{ dir: string, configFile: string, port: number, password?: string }} RedisPlace */

/**
 * @param {string} root
 * @param {number} port
 * @param {string} [password]
 * @returns {RedisPlace}
 */
export function redisPlace(root, port, password) {
  return { dir: join(root, 'redis'), configFile: join(root, 'run', 'redis.conf'), port, password };
}

/**
 * The settings go through a file and not through arguments, which every local user can read.
 * `noeviction` because a queue must never lose a job to memory pressure.
 * @param {RedisPlace} place
 * @param {'throwaway' | 'durable'} profile
 * @returns {import('./child-process.mjs').Command}
 */
export function redisCommand(place, profile) {
  const settings = [
    'bind 127.0.0.1',
    `port ${place.port}`,
    `dir "${place.dir}"`,
    'daemonize no',
    'maxmemory-policy noeviction',
    'save ""',
    `appendonly ${profile === 'durable' ? 'yes' : 'no'}`,
    'appendfsync everysec',
    ...(place.password ? [`requirepass ${place.password}`] : []),
  ];
  writeFileAtomically(place.configFile, `${settings.join('\n')}\n`);
  return { command: 'redis-server', args: [place.configFile] };
}

/**
 * @param {RedisPlace} place
 * @returns {string}
 */
export function redisUrl({ port, password }) {
  return `redis://${password ? `:${encodeURIComponent(password)}@` : ''}127.0.0.1:${port}`;
}

/**
 * Whether the server answers PING; while it reads its append-only file it does not.
 * @param {RedisPlace} place
 * @returns {Promise<boolean>}
 */
export function redisAnswers({ port, password }) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    /** @param {boolean} result */
    const finish = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (answer.includes('+PONG')) finish(true);
      else if (/^-(?!$)/m.test(answer)) finish(false);
    });
    socket.write(`${password ? `AUTH ${password}\r\n` : ''}PING\r\n`);
  });
}
