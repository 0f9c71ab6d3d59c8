import { AppConfig } from '@jala/infra/config';
import { Injectable } from '@nestjs/common';
import { spawn } from 'node:child_process';
import { basename } from 'node:path';

/** What FreeRADIUS has dropped of a router's packets since it last read the router's file. */
export interface RouterCounts {
  /** Signed with another secret than the registered one: accounting always shows it, a login when it has a Message-Authenticator. */
  readonly wrongSecret: number;
  /** Not a RADIUS packet, or without the Message-Authenticator that this router must send. */
  readonly malformed: number;
}

const TIMEOUT_MS = 30_000;
const COUNTER = /^(requests|malformed|bad_authenticator)\t+(\d+)$/;

/**
 * Asks the FreeRADIUS processes for their counters of single routers, through radmin. The log says no more than one such packet a
 * second, and of a missing Message-Authenticator nothing at all.
 */
@Injectable()
export class RouterCounters {
  private readonly sockets: readonly { readonly path: string; readonly kind: 'auth' | 'acct' }[];

  constructor(config: AppConfig) {
    this.sockets = config.radius.controlSockets.flatMap((path) => {
      const kind = basename(path, '.sock');
      return kind === 'auth' || kind === 'acct' ? [{ path, kind }] : [];
    });
  }

  /**
   * In the order of the addresses; both processes together. An address that is no router counts as zeros.
   * @throws Error when a process does not answer
   */
  async read(addresses: readonly string[]): Promise<RouterCounts[]> {
    if (addresses.length === 0) return [];
    const both = await Promise.all(
      this.sockets.map(async ({ path, kind }) =>
        countsOf(
          await radmin(
            path,
            addresses.map((address) => `stats client ${kind} ${address}`),
          ),
        ),
      ),
    );
    for (const { length } of both) {
      if (length !== addresses.length) throw new Error(`radmin answered ${length} of ${addresses.length} questions`);
    }
    const sum = (index: number, counter: keyof RouterCounts): number => both.reduce((total, counts) => total + counts[index]![counter], 0);
    return addresses.map((_, index) => ({ wrongSecret: sum(index, 'wrongSecret'), malformed: sum(index, 'malformed') }));
  }
}

/** radmin prints one counter a line; `requests` is the first of each answer. */
export function countsOf(output: string): RouterCounts[] {
  const counts: { wrongSecret: number; malformed: number }[] = [];
  for (const line of output.split('\n')) {
    const [, name, value] = COUNTER.exec(line) ?? [];
    if (name === 'requests') counts.push({ wrongSecret: 0, malformed: 0 });
    else if (name === 'bad_authenticator') counts.at(-1)!.wrongSecret = Number(value);
    else if (name === 'malformed') counts.at(-1)!.malformed = Number(value);
  }
  return counts;
}

function radmin(socket: string, commands: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('radmin', ['-q', '-f', socket], { stdio: ['pipe', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
    let output = '';
    let trouble = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble += text));
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${commands.join('\n')}\n`);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`radmin ${socket}: ${trouble.trim() || `code ${code}`}`));
    });
  });
}
