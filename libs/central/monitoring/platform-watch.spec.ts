import { Logger } from '@nestjs/common';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '@jala/kernel';
import type { LoginAnswer } from '@jala/radius';
import type { Judgement } from './alert.rules';
import { LOOK_EVERY_MS, type MonitoringSnapshot } from './snapshot';
import { PlatformWatch } from './platform-watch.service';

describe('the synthetic login', () => {
  beforeAll(() => Logger.overrideLogger(false));

  /** Looks every ten seconds for so long. @returns when each login was tried, and what was told: seconds since the start */
  async function watch(seconds: number, answerOf: (second: number) => LoginAnswer['answer']) {
    const start = Date.parse('2026-03-15T03:00:00.000Z');
    const clock = new FixedClock(new Date(start));
    const second = (): number => (clock.now().getTime() - start) / 1_000;
    const tried: number[] = [];
    const told: string[] = [];
    let kept: MonitoringSnapshot | undefined;
    let isOpen = false;
    const apply = async ({ raise, resolve }: Judgement): Promise<void> => {
      const has = (found: Judgement['raise']): boolean => found.some(({ kind }) => kind === 'synthetic-login');
      if (!isOpen && has(raise)) told.push(`raised ${second()}`);
      if (isOpen && has(resolve)) told.push(`resolved ${second()}`);
      isOpen = (isOpen || has(raise)) && !has(resolve);
    };
    const login = async (): Promise<Pick<LoginAnswer, 'answer' | 'latencyMs'>> => {
      tried.push(second());
      const answer = answerOf(second());
      return { answer, latencyMs: answer === 'silent' ? null : 3 };
    };
    const put = async (snapshot: MonitoringSnapshot): Promise<void> => {
      kept = snapshot;
    };
    const parts: unknown[] = [
      {
        radius: { statusServers: [], controlSockets: [], runDir: join(tmpdir(), 'no-such-jala') },
        backlogAlert: { seconds: 60, bytes: 1 },
      },
      { login },
      { place: async () => undefined },
      { names: async () => [] },
      { counts: async () => ({}) },
      { add: async () => undefined },
      { apply },
      { last: async () => kept, put },
      clock,
    ];
    const platform = new PlatformWatch(...(parts as ConstructorParameters<typeof PlatformWatch>));
    while (second() <= seconds) {
      await platform.look();
      clock.advance(LOOK_EVERY_MS);
    }
    return { tried, told };
  }

  it('is tried once a minute while all is well', async () => {
    const { tried, told } = await watch(200, () => 'accept');
    expect(tried.filter((second) => second > 20)).toEqual([80, 140, 200]);
    expect(told).toEqual([]);
  });

  it('is well again after three that were accepted, not after one that was looked at three times', async () => {
    const { tried, told } = await watch(120, (second) => (second < 20 ? 'silent' : second === 30 ? 'reject' : 'accept'));
    expect(told).toEqual(['raised 10', 'resolved 60']);
    expect(tried.slice(0, 7)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  it('that is answered now and then keeps its alert open', async () => {
    const { told } = await watch(600, (second) => (second % 30 === 20 ? 'accept' : 'silent'));
    expect(told).toEqual(['raised 10']);
  });
});
