import { setImmediate as turn } from 'node:timers/promises';
import { AmbientValue } from './ambient-value';

describe('an ambient value', () => {
  const colour = new AmbientValue<string>();
  const size = new AmbientValue<number>();

  it('is found by whatever the function calls, also after an await, and by nobody else', async () => {
    const inside = colour.run('red', async () => {
      await turn();
      return colour.get();
    });
    expect(colour.get()).toBeUndefined();
    await expect(inside).resolves.toBe('red');
    expect(colour.get()).toBeUndefined();
  });

  it('stays with its own function where several run at once', async () => {
    const seen = await Promise.all(
      ['red', 'green', 'blue'].map((name) =>
        colour.run(name, async () => {
          await turn();
          return colour.get();
        }),
      ),
    );
    expect(seen).toEqual(['red', 'green', 'blue']);
  });

  it('is hidden by another of its own inside, and by no other', () => {
    colour.run('red', () => {
      size.run(1, () => {
        colour.run('green', () => expect([colour.get(), size.get()]).toEqual(['green', 1]));
        expect([colour.get(), size.get()]).toEqual(['red', 1]);
      });
      expect([colour.get(), size.get()]).toEqual(['red', undefined]);
    });
  });

  it('is given back when the function throws', () => {
    expect(() =>
      colour.run('red', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(colour.get()).toBeUndefined();
  });
});
