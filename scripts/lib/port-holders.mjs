import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { LaunchFailure } from './failure.mjs';
import { isPortFree } from './ports.mjs';

/** @typedef {{ name: string, protocol: 'tcp' | 'udp', port: number }} WantedPort */

/**
 * @param {WantedPort[]} wanted
 * @param {number} portBase
 */
export async function requireFreePorts(wanted, portBase) {
  const free = await Promise.all(wanted.map(({ protocol, port }) => isPortFree(protocol, port)));
  const taken = wanted.filter((_, index) => !free[index]);
  if (taken.length === 0) return;
  const lines = taken.map(({ name, protocol, port }) => {
    const holder = holderOf(protocol, port);
    return `${protocol.toUpperCase()} port ${port} (${name}) is in use${holder ? ` by ${holder}` : ''}.`;
  });
  throw new LaunchFailure(
    lines.join('\n'),
    `End that program, or move Jala to other ports with JALA_PORT_BASE (now ${portBase}; it uses the ten ports from there), for example:\n    JALA_PORT_BASE=${portBase + 100 > 65_520 ? 7700 : portBase + 100} npm start`,
  );
}

/**
 * Other users' processes can be seen only by root.
 * @param {'tcp' | 'udp'} protocol
 * @param {number} port
 * @returns {string | undefined} "<command> (pid <pid>)"
 */
function holderOf(protocol, port) {
  const inodes = new Set([protocol, `${protocol}6`].flatMap((table) => socketInodes(table, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (ownsSocket(pid, inodes)) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
  }
  return undefined;
}

/**
 * @param {string} table
 * @param {number} port
 * @returns {string[]}
 */
function socketInodes(table, port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    return (
      readFileSync(`/proc/net/${table}`, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        // 0A is LISTEN; UDP sockets have no such state.
        .filter((fields) => fields[1]?.endsWith(suffix) && (table.startsWith('udp') || fields[3] === '0A'))
        .map((fields) => String(fields[9]))
    );
  } catch {
    return [];
  }
}

/**
 * @param {string} pid
 * @param {Set<string>} inodes
 * @returns {boolean}
 */
function ownsSocket(pid, inodes) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return target.startsWith('socket:[') && inodes.has(target.slice(8, -1));
    });
  } catch {
    return false;
  }
}
