import type { ProvisioningView } from '@jala/central/tenants';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { provisioningEvents } from './provisioning-events';

const view = (status: ProvisioningView['status']): ProvisioningView => ({ status, steps: [] });

describe('the events of a provisioning', () => {
  it('tell the state now and after each change, and end when it is settled', async () => {
    const states = [view('pending'), view('provisioning'), view('ready')];
    let changed: () => void = () => undefined;
    let stopped = 0;
    const events = provisioningEvents(
      async () => states.shift()!,
      async (listener) => {
        changed = listener;
        return () => stopped++;
      },
    );
    const all = lastValueFrom(events.pipe(toArray()));
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      changed();
    }
    expect((await all).map(({ type, data }) => [type, (data as { status: string }).status])).toEqual([
      ['progress', 'pending'],
      ['progress', 'provisioning'],
      ['progress', 'ready'],
    ]);
    expect(stopped).toBe(1);
  });

  it('are one event for several changes during one reading', async () => {
    let readings = 0;
    let changed: () => void = () => undefined;
    const events = provisioningEvents(
      async () => {
        readings++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return view(readings < 2 ? 'provisioning' : 'failed');
      },
      async (listener) => {
        changed = listener;
        return () => undefined;
      },
    );
    const all = lastValueFrom(events.pipe(toArray()));
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (let i = 0; i < 10; i++) changed();
    expect(await all).toHaveLength(2);
    expect(readings).toBe(2);
  });

  it('also come while nobody can be listened to', async () => {
    const events = provisioningEvents(
      async () => view('ready'),
      () => Promise.reject(new Error('Redis is away')),
    );
    expect(await firstValueFrom(events)).toMatchObject({ type: 'progress', data: { status: 'ready' } });
  });

  it('end with the error that reading ended with', async () => {
    const events = provisioningEvents(
      () => Promise.reject(new Error('gone')),
      async () => () => undefined,
    );
    await expect(lastValueFrom(events)).rejects.toThrow('gone');
  });
});
