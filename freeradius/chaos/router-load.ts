import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAnswerTo, type RawAttribute } from '../scenarios/support/raw-packets';

const ACCOUNTING_REQUEST = 4;
/** As RouterOS behaves when it is told to be patient: the same packet again each second, then it is given up. */
const RETRY_MS = 1_000;
const TRIES = 5;
const IDS = 256;
const SOCKETS_PER_ROUTER = 8;
const TICK_MS = 10;
const MEBIBYTE = 1_048_576;

const START = 1;
const STOP = 2;
const INTERIM = 3;
/** What a session says, one after the other. */
const LIFE = [START, INTERIM, INTERIM, INTERIM, STOP] as const;

export interface LoadRouter {
  readonly address: string;
  readonly secret: string;
}

/** A session as its router remembers it. */
export interface LedgerSession {
  readonly id: string;
  readonly username: string;
  readonly router: LoadRouter;
  sent: number;
  seconds: number;
  input: number;
  output: number;
}

interface Pending {
  readonly session: LedgerSession;
  readonly packet: Buffer;
  tries: number;
  sentAt: number;
}

const text = (type: number, value: string): RawAttribute => [type, value];
const integer = (type: number, value: number): RawAttribute => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return [type, bytes];
};

/** An Accounting-Request (RFC 2866 section 3: its authenticator is a hash over the packet and the secret). */
export function accountingRequest(id: number, attributes: readonly RawAttribute[], secret: string): Buffer {
  const body = Buffer.concat(
    attributes.map(([type, value]) => {
      const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
      return Buffer.concat([Buffer.from([type, bytes.length + 2]), bytes]);
    }),
  );
  const packet = Buffer.concat([Buffer.alloc(20), body]);
  packet[0] = ACCOUNTING_REQUEST;
  packet[1] = id;
  packet.writeUInt16BE(packet.length, 2);
  createHash('md5').update(packet).update(secret).digest().copy(packet, 4);
  return packet;
}

/** One source port of a router: 256 packets can be under way at once. */
class Line {
  private readonly pending = new Map<number, Pending>();
  private next = 0;

  private constructor(
    private readonly socket: Socket,
    readonly router: LoadRouter,
    private readonly port: number,
    private readonly load: RouterLoad,
  ) {
    socket.on('message', (answer) => this.receive(answer));
    socket.on('error', () => undefined);
  }

  static async open(router: LoadRouter, port: number, load: RouterLoad): Promise<Line> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }).bind(0, router.address);
    await once(socket, 'listening');
    return new Line(socket, router, port, load);
  }

  get full(): boolean {
    return this.pending.size === IDS;
  }

  get busy(): number {
    return this.pending.size;
  }

  send(session: LedgerSession, attributes: readonly RawAttribute[]): void {
    while (this.pending.has(this.next)) this.next = (this.next + 1) % IDS;
    const packet = accountingRequest(this.next, attributes, this.router.secret);
    this.pending.set(this.next, { session, packet, tries: 1, sentAt: Date.now() });
    this.next = (this.next + 1) % IDS;
    this.socket.send(packet, this.port, '127.0.0.1');
  }

  /** What was not answered for a second is sent again, unchanged. */
  repeat(now: number): void {
    for (const [id, waiting] of this.pending) {
      if (now - waiting.sentAt < RETRY_MS) continue;
      if (waiting.tries === TRIES) {
        this.pending.delete(id);
        this.load.gaveUp(waiting.session);
        continue;
      }
      waiting.tries++;
      waiting.sentAt = now;
      this.load.retransmissions++;
      this.socket.send(waiting.packet, this.port, '127.0.0.1');
    }
  }

  close(): void {
    this.socket.close();
  }

  private receive(answer: Buffer): void {
    const id = answer[1]!;
    const waiting = this.pending.get(id);
    if (!waiting || !isAnswerTo(waiting.packet, answer, this.router.secret)) return;
    this.pending.delete(id);
    this.load.acknowledged(waiting.session);
  }
}

/**
 * Routers with sessions: each begins, reports three times and stops; a packet follows when the one before it was acknowledged or
 * given up. The ledger is what the database has to show in the end.
 */
export class RouterLoad {
  readonly ledger: LedgerSession[] = [];
  retransmissions = 0;
  /** Packets that were given up after the last try. */
  lost = 0;
  packets = 0;
  /** Packets that had to wait because every id of every port was under way. */
  delayed = 0;
  private readonly ready: LedgerSession[] = [];
  private readonly lines: Line[] = [];
  private begun = 0;

  private constructor(
    private readonly users: readonly string[],
    private readonly name: string,
  ) {}

  static async open(routers: readonly LoadRouter[], port: number, users: readonly string[], name: string): Promise<RouterLoad> {
    const load = new RouterLoad(users, name);
    for (const router of routers) for (let i = 0; i < SOCKETS_PER_ROUTER; i++) load.lines.push(await Line.open(router, port, load));
    return load;
  }

  /** Sends at a steady rate until told to stop, then lets every session come to its end. */
  async run(packetsPerSecond: number, until: AbortSignal): Promise<void> {
    const started = Date.now();
    let due = 0;
    while (!until.aborted || this.ready.length > 0 || this.lines.some(({ busy }) => busy > 0)) {
      const now = Date.now();
      for (const line of this.lines) line.repeat(now);
      const wanted = Math.floor(((now - started) / 1000) * packetsPerSecond);
      for (; due < wanted; due++) if (!this.sendOne(!until.aborted)) break;
      due = Math.max(due, wanted - packetsPerSecond);
      await sleep(TICK_MS);
    }
    for (const line of this.lines) line.close();
  }

  acknowledged(session: LedgerSession): void {
    if (session.sent < LIFE.length) this.ready.push(session);
  }

  gaveUp(session: LedgerSession): void {
    this.lost++;
    this.acknowledged(session);
  }

  private sendOne(mayBegin: boolean): boolean {
    // As many sessions are begun as are going on, so that all kinds of packets are under way at any moment.
    const session =
      this.ready.length > 0 && (!mayBegin || this.packets % LIFE.length !== 0) ? this.ready.shift() : mayBegin ? this.begin() : undefined;
    if (!session) return false;
    const line = this.lines.find((candidate) => candidate.router === session.router && !candidate.full);
    if (!line) {
      this.delayed++;
      this.ready.unshift(session);
      return false;
    }
    const status = LIFE[session.sent]!;
    session.sent++;
    this.packets++;
    if (status !== START) {
      session.seconds += 300;
      session.input += 1 + (this.packets % 7) * MEBIBYTE;
      session.output += 2 + (this.packets % 1_301) * MEBIBYTE;
    }
    line.send(session, [
      text(1, session.username),
      text(44, session.id),
      text(31, 'AA:BB:CC:00:00:01'),
      integer(40, status),
      integer(46, session.seconds),
      integer(42, session.input % 2 ** 32),
      integer(52, Math.floor(session.input / 2 ** 32)),
      integer(43, session.output % 2 ** 32),
      integer(53, Math.floor(session.output / 2 ** 32)),
      ...(status === STOP ? [integer(49, 1)] : []),
    ]);
    return true;
  }

  private begin(): LedgerSession {
    const index = this.begun++;
    const session: LedgerSession = {
      id: `${this.name}-${index}`,
      username: this.users[index % this.users.length]!,
      router: this.lines[(index * SOCKETS_PER_ROUTER) % this.lines.length]!.router,
      sent: 0,
      seconds: 0,
      input: 0,
      output: 0,
    };
    this.ledger.push(session);
    return session;
  }
}
