import fc from 'fast-check';
import { DomainError, TENANT_STATUSES } from '@jala/contracts';
import { assertSlug, assertTimezone, canonicalHost, databaseNameOf, databaseUserOf, slugOfHost } from './tenant.rules';
import { tenantStates } from './tenant.states';

describe('slugs', () => {
  it.each(['demo', 'net-surya', 'a1', 'x'.repeat(41)])('%s is one', (slug) => {
    expect(() => assertSlug(slug)).not.toThrow();
  });

  it.each(['', 'a', '1net', 'Net', 'net_surya', 'net-', 'net--surya', 'né', 'x'.repeat(42), 'www', 'api', 'a.b'])(
    '"%s" is none',
    (slug) => {
      expect(() => assertSlug(slug)).toThrow(DomainError);
    },
  );

  it('give each tenant a database name of its own that the RADIUS guard lets through', () => {
    const slug = fc.stringMatching(/^[a-z](-?[a-z0-9]){1,20}$/);
    fc.assert(
      fc.property(slug, slug, (a, b) => {
        expect(databaseNameOf(a)).toMatch(/^t_[0-9a-z_]{1,48}$/);
        return a === b || databaseNameOf(a) !== databaseNameOf(b);
      }),
    );
  });

  it('make a database user that MySQL accepts', () => {
    expect(databaseUserOf(Number.MAX_SAFE_INTEGER, 'abcdefgh12345678').length).toBeLessThanOrEqual(32);
  });
});

describe('host names', () => {
  it.each([
    ['ISP.Example.com', 'isp.example.com'],
    ['isp.example.com.', 'isp.example.com'],
    ['münchen.example', 'xn--mnchen-3ya.example'],
  ])('%s is %s', (text, host) => {
    expect(canonicalHost(text)).toBe(host);
  });

  it.each(['localhost', 'http://isp.example', 'isp.example/x', 'isp.example:81', '192.0.2.1', 'a..b', '-a.example', 'u@isp.example', ''])(
    '"%s" is refused',
    (text) => {
      expect(() => canonicalHost(text)).toThrow(DomainError);
    },
  );

  it('show the slug only directly below the root domain', () => {
    expect(slugOfHost('demo.localhost', 'localhost')).toBe('demo');
    expect(slugOfHost('localhost', 'localhost')).toBeUndefined();
    expect(slugOfHost('a.demo.localhost', 'localhost')).toBeUndefined();
    expect(slugOfHost('demolocalhost', 'localhost')).toBeUndefined();
  });
});

it('knows time zones', () => {
  expect(() => assertTimezone('Africa/Nairobi')).not.toThrow();
  expect(() => assertTimezone('Mars/Olympus')).toThrow(DomainError);
});

describe('the states of a tenant', () => {
  it('are all in the table', () => {
    expect([...tenantStates.states].sort()).toEqual([...TENANT_STATUSES].sort());
  });

  it('let nobody skip provisioning or come back from deletion', () => {
    expect(tenantStates.can('pending', 'ready')).toBe(false);
    expect(tenantStates.can('failed', 'ready')).toBe(false);
    expect(TENANT_STATUSES.filter((status) => tenantStates.can('deleting', status))).toEqual([]);
    expect(tenantStates.can('provisioning', 'deleting')).toBe(false);
  });
});
