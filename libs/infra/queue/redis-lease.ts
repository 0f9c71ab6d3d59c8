import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedisConnections } from './redis-connections';

const SET_EXPIRY_IF_MINE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;

export interface Lease {
  /** False when somebody else has it by now. */
  extend(ms: number): Promise<boolean>;
}

/**
 * Elects one process for a while. Good enough to keep work from being done needlessly often, not to keep two from
 * doing it at once: for that, use a lock in the database.
 */
@Injectable()
export class RedisLease {
  private readonly me = randomUUID();

  constructor(private readonly redis: RedisConnections) {}

  async take(name: string, ms: number): Promise<Lease | undefined> {
    const key = this.redis.key('lease', name);
    const taken = await this.redis.commands.set(key, this.me, 'PX', Math.ceil(ms), 'NX');
    if (taken !== 'OK') return undefined;
    return {
      extend: async (more) => (await this.redis.commands.eval(SET_EXPIRY_IF_MINE, 1, key, this.me, String(Math.ceil(more)))) === 1,
    };
  }
}
