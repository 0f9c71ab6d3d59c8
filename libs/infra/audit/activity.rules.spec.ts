import { keptChange } from './activity.rules';

describe('what the activity log keeps of a change', () => {
  it('keeps only the fields of an update that differ', () => {
    expect(
      keptChange({ before: { name: 'Budi', phone: '1', plan: { id: 1 } }, after: { name: 'Budi', phone: '2', plan: { id: 1 } } }),
    ).toEqual({
      before: { phone: '1' },
      after: { phone: '2' },
    });
  });

  it('keeps everything of a creation and of a removal', () => {
    const customer = { name: 'Budi', at: new Date('2026-01-31T00:00:00Z'), note: undefined };
    expect(keptChange({ after: customer })).toEqual({ before: null, after: { name: 'Budi', at: '2026-01-31T00:00:00.000Z' } });
    expect(keptChange({ before: customer, after: null })).toEqual({
      before: { name: 'Budi', at: '2026-01-31T00:00:00.000Z' },
      after: null,
    });
  });

  it('shows that a secret changed and never what it is, at any depth', () => {
    const kept = keptChange({
      before: { password: 'old-one', radius: { secret: 'abc' }, two_factor_secret_enc: null },
      after: { password: 'new-one', radius: { secret: 'abd' }, two_factor_secret_enc: 'v1.k.xyz' },
    });
    expect(kept.after).toEqual({ password: '[redacted]', radius: { secret: '[redacted]' }, two_factor_secret_enc: '[redacted]' });
    expect(JSON.stringify(kept)).not.toMatch(/old-one|new-one|abc|abd|xyz/);
  });

  it('keeps nothing when nothing changed, and compares sets by content', () => {
    expect(keptChange({ before: { a: new Set(['x', 'y']) }, after: { a: new Set(['y', 'x']) } })).toEqual({ before: null, after: null });
  });

  it('cuts texts that no reader needs whole', () => {
    expect((keptChange({ after: { notes: 'n'.repeat(2_000) } }).after?.['notes'] as string).length).toBe(501);
  });
});
