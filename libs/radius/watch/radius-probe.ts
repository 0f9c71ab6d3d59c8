import { Injectable } from '@nestjs/common';
import { createHmac, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { lookup } from 'node:dns/promises';
import { performance } from 'node:perf_hooks';
import { AppConfig } from '@jala/infra/config';
import { loginRequest, type ProbeReply, probeReply, type ProbeRequest, statusRequest } from './probe-packet';

export const PROBE_DEVICE = '02:00:00:00:00:00';
/** No tenant can have it: a slug does not begin with a hyphen. freeradius/raddb/sites-available/probe names it too. */
export const PROBE_DATABASE = 't__probe';

/** What a FreeRADIUS process has counted since its start. Questions of Status-Server count as access requests. */
export interface RadiusStatistics {
  readonly accessRequests: number;
  readonly accessAccepts: number;
  readonly accessRejects: number;
  readonly accessChallenges: number;
  readonly authDuplicates: number;
  readonly authMalformed: number;
  readonly authInvalid: number;
  readonly authDropped: number;
  readonly authUnknownTypes: number;
  readonly accountingRequests: number;
  readonly accountingResponses: number;
  readonly acctDuplicates: number;
  readonly acctMalformed: number;
  readonly acctInvalid: number;
  readonly acctDropped: number;
  readonly acctUnknownTypes: number;
  /** Requests that wait for a thread. */
  readonly queueAuth: number;
  readonly queueAcct: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
}

/** Their numbers in dictionary.freeradius. */
const NUMBERS: { readonly [K in keyof RadiusStatistics]: number } = {
  accessRequests: 128,
  accessAccepts: 129,
  accessRejects: 130,
  accessChallenges: 131,
  authDuplicates: 133,
  authMalformed: 134,
  authInvalid: 135,
  authDropped: 136,
  authUnknownTypes: 137,
  accountingRequests: 148,
  accountingResponses: 149,
  acctDuplicates: 150,
  acctMalformed: 151,
  acctInvalid: 152,
  acctDropped: 153,
  acctUnknownTypes: 154,
  queueAuth: 164,
  queueAcct: 165,
  startedAt: 176,
};

export interface StatusAnswer {
  readonly latencyMs: number;
  readonly statistics: RadiusStatistics;
}

export type LoginAnswer =
  { readonly answer: 'accept' | 'reject'; readonly latencyMs: number } | { readonly answer: 'silent'; readonly latencyMs: null };

/** One try each: what a router would only get at its second try is worth knowing. */
const STATUS_WAIT_MS = 2_000;
/** A router gives up about then; `timeout=3s` is what docs/radius.md recommends. */
const LOGIN_WAIT_MS = 3_000;

/** Asks FreeRADIUS as its monitoring, with the probe's secret. Never throws for what a server does or does not do. */
@Injectable()
export class RadiusProbe {
  constructor(private readonly config: AppConfig) {}

  /** Undefined: no answer. */
  async status(target: { host: string; port: number }): Promise<StatusAnswer | undefined> {
    const secret = this.config.radius.probeSecret;
    if (secret === undefined) return undefined;
    const answered = await ask(target, statusRequest(randomInt(256), secret), STATUS_WAIT_MS);
    if (answered?.reply.kind !== 'accept') return undefined;
    const { reply, latencyMs } = answered;
    const entries = Object.entries(NUMBERS).map(([name, number]) => [name, reply.statistics.get(number) ?? 0]);
    return { latencyMs, statistics: Object.fromEntries(entries) as unknown as RadiusStatistics };
  }

  /** A login through the same policies and queries as everybody's. Undefined where it is not set up. */
  async login(): Promise<LoginAnswer | undefined> {
    const { probeSecret, probePort, host } = this.config.radius;
    if (probeSecret === undefined || probePort === undefined) return undefined;
    const login = { ...probeCredentials(probeSecret), callingStationId: PROBE_DEVICE };
    const answered = await ask({ host, port: probePort }, loginRequest(randomInt(256), probeSecret, login), LOGIN_WAIT_MS);
    if (!answered || answered.reply.kind === 'other') return { answer: 'silent', latencyMs: null };
    return { answer: answered.reply.kind, latencyMs: answered.latencyMs };
  }
}

/**
 * Who logs in for nobody; see `ProbePlace`. Every worker of an installation knows it without it being kept anywhere, and installations
 * that share a database server do not take each other's user.
 */
export function probeCredentials(probeSecret: string): { username: string; password: string } {
  const derive = (what: string): string => createHmac('sha256', probeSecret).update(`jala probe ${what}`).digest('hex');
  return { username: `probe-${derive('name').slice(0, 8)}`, password: derive('login') };
}

async function ask(
  target: { host: string; port: number },
  request: ProbeRequest,
  waitMs: number,
): Promise<{ reply: ProbeReply; latencyMs: number } | undefined> {
  const address = await addressOf(target.host);
  if (!address) return undefined;
  return new Promise((resolve) => {
    const socket = createSocket(address.family === 6 ? 'udp6' : 'udp4');
    const finish = (answered: { reply: ProbeReply; latencyMs: number } | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answered);
    };
    const timer = setTimeout(() => finish(undefined), waitMs);
    // A closed port shows as an error of the socket. The wait goes on: whoever just restarts may still answer.
    socket.on('error', () => undefined);
    const sentAt = performance.now();
    socket.on('message', (packet) => {
      const reply = probeReply(packet, request);
      if (reply) finish({ reply, latencyMs: Math.round((performance.now() - sentAt) * 10) / 10 });
    });
    socket.send(request.packet, target.port, address.address, () => undefined);
  });
}

async function addressOf(host: string): Promise<{ address: string; family: number } | undefined> {
  const family = isIP(host);
  if (family !== 0) return { address: host, family };
  return lookup(host).catch(() => undefined);
}
