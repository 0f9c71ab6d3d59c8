import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** `nak` refuses with `nakCause` (503), `silent` never answers, `ignores` agrees and does nothing. */
export type NasMode = 'ack' | 'nak' | 'silent' | 'ignores';

export interface NasSettings {
  /** Where its packets come from and where it listens for CoA; any of 127.0.0.0/8 is on this machine. */
  readonly address: string;
  readonly secret: string;
  readonly authPort?: number;
  /** Without it the router accounts for nothing. */
  readonly acctPort?: number;
  /** 0 or absent: any that is free. */
  readonly coaPort?: number;
  readonly mode?: NasMode;
  readonly nakCause?: number;
  /** Default true. */
  readonly honoursSessionTimeout?: boolean;
}

export interface NasSession {
  readonly id: string;
  readonly username: string;
  readonly service: 'pppoe' | 'hotspot';
  readonly ip: string;
  readonly mac: string;
  /** What the server said, as CoA has changed it since. */
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly startedAt: number;
}

export interface NasUser {
  readonly username: string;
  readonly service?: 'pppoe' | 'hotspot';
  readonly mac?: string;
  readonly ip?: string;
  readonly id?: string;
}

export interface NasRequest {
  readonly kind?: 'disconnect' | 'change';
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly unknown?: readonly string[];
  /** Why it was not even looked at. */
  readonly dropped?: string;
}

export type NasLogin = { result: 'accept'; session: NasSession } | { result: 'reject'; message?: string } | { result: 'silent' };

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface NasEvent {
  readonly event: string;
  readonly at: number;
  readonly coaPort?: number;
  readonly session?: NasSession;
}

/** A simulated router in a process of its own; see nas.mjs. */
export class NasSimulator {
  private readonly answers = new Map<number, (answer: Answer) => void>();
  private readonly ended = new Map<string, number>();
  private serial = 0;
  private port = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message: Answer | NasEvent) => {
      if (!('event' in message)) return this.answers.get(message.id)?.(message);
      if (message.coaPort !== undefined) this.port = message.coaPort;
      if (message.event === 'ended') this.ended.set(message.session!.id, message.at);
    });
  }

  static async start(settings: NasSettings): Promise<NasSimulator> {
    const child = fork(join(__dirname, 'nas.mjs'), [JSON.stringify(settings)], { execArgv: [], serialization: 'json' });
    const nas = new NasSimulator(child);
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('the simulated router did not start');
      }),
    ]);
    return nas;
  }

  get coaPort(): number {
    return this.port;
  }

  login(user: NasUser & { readonly password: string }): Promise<NasLogin> {
    return this.ask('login', user);
  }

  adopt(user: NasUser & { readonly attributes?: Readonly<Record<string, string | number>> }): Promise<NasSession> {
    return this.ask('adopt', user);
  }

  /** Reports usage, which is added to what was reported before. */
  interim(id: string, usage: { readonly input?: number; readonly output?: number } = {}): Promise<{ acknowledged: boolean }> {
    return this.ask('interim', { sessionId: id, ...usage });
  }

  logout(id: string): Promise<void> {
    return this.ask('logout', { sessionId: id });
  }

  sessions(): Promise<NasSession[]> {
    return this.ask('sessions');
  }

  /** Everything that came to the CoA port, in order. */
  requests(): Promise<NasRequest[]> {
    return this.ask('requests');
  }

  setMode(mode: NasMode): Promise<void> {
    return this.ask('mode', { mode });
  }

  honourSessionTimeout(honour: boolean): Promise<void> {
    return this.ask('honourSessionTimeout', { honour });
  }

  /** When the session ended on the router (ms since the epoch); undefined while it lives. */
  endedAt(id: string): number | undefined {
    return this.ended.get(id);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }

  private ask<T>(op: string, input: object = {}): Promise<T> {
    this.serial += 1;
    const id = this.serial;
    return new Promise((resolve, reject) => {
      this.answers.set(id, ({ result, error }) => {
        this.answers.delete(id);
        if (error === undefined) resolve(result as T);
        else reject(new Error(error));
      });
      this.child.send({ id, op, input });
    });
  }
}
