import type { IssuedCertificate, Router } from '../../apps/web/src/api/models';
import { routerState } from '../../apps/web/src/tenant/routers/router-state';
import { radsecCommands, routerOsCommands } from '../../apps/web/src/tenant/routers/routeros-commands';
import { groupPermissions, withPermission } from '../../apps/web/src/tenant/staff/permission-groups';

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 20, 12, minutes)).toISOString();

describe('a router’s state', () => {
  const router = (values: Partial<Router>) =>
    ({ publish_error: null, published_at: at(0), last_seen_at: at(0), sessions_online: 0, ...values }) as Router;
  const stateAfter = (minutes: number, values: Partial<Router> = {}) => routerState(router(values), new Date(at(minutes)));

  it('says the worst there is to say', () => {
    expect(stateAfter(1, { publish_error: 'refused', published_at: null })).toBe('failed');
    expect(stateAfter(1, { published_at: null })).toBe('publishing');
    expect(stateAfter(1, { last_seen_at: null })).toBe('waiting');
    expect(stateAfter(14)).toBe('heard');
  });

  it('calls a router silent only when it should have something to say', () => {
    expect(stateAfter(16, { sessions_online: 3 })).toBe('silent');
    expect(stateAfter(16)).toBe('quiet');
  });
});

const SERVER = { address: '203.0.113.10', auth_port: 1812, acct_port: 1813, radsec_port: 2083 };

describe('the lines for a MikroTik', () => {
  const lines = (address: string, secret = 'abc') =>
    routerOsCommands({ coa_port: 3799 } as Router, { ...SERVER, address }, secret).map((words) => words.join(' '));

  it('point PPP and hotspot at the server, with its ports', () => {
    expect(lines('203.0.113.10')[0]).toBe(
      '/radius add service=ppp,hotspot address=203.0.113.10 secret="abc" authentication-port=1812 accounting-port=1813 timeout=3s comment=Jala',
    );
    expect(lines('203.0.113.10')[1]).toBe('/radius incoming set accept=yes port=3799');
  });

  it('import a certificate and use it for RadSec, in place of what was there', () => {
    const issued = { certificate: { common_name: 'router-7.9f86d081884c7d65' }, file_name: 'jala-router-7.p12', password: 'pass' };
    expect(radsecCommands(issued as IssuedCertificate, SERVER).map((words) => words.join(' '))).toEqual([
      '/certificate import file-name="jala-router-7.p12" passphrase="pass"',
      '/radius remove [find where comment=Jala]',
      '/radius add service=ppp,hotspot address=203.0.113.10 protocol=radsec secret=radsec authentication-port=2083 accounting-port=2083 certificate=[/certificate get [find where common-name="router-7.9f86d081884c7d65"] name] timeout=3s comment=Jala',
      ...lines('203.0.113.10').slice(2),
    ]);
  });

  it('look a name up on the router, which takes addresses only', () => {
    expect(lines('radius.isp.example')[0]).toContain('address=[:resolve "radius.isp.example"]');
    expect(lines('2001:db8::1')[0]).toContain('address=2001:db8::1 ');
  });

  it('keep a secret in one piece', () => {
    expect(lines('203.0.113.10', 'a"b$c\\d')[0]).toContain(String.raw`secret="a\"b\$c\\d"`);
  });
});

describe('the permissions of a role', () => {
  const all = ['routers.view', 'routers.manage', 'vouchers.sell'] as const;

  it('include seeing what can be managed, and lose managing with seeing', () => {
    expect(withPermission([], 'routers.manage', true, all)).toEqual(['routers.view', 'routers.manage']);
    expect(withPermission(all, 'routers.view', false, all)).toEqual(['vouchers.sell']);
    expect(withPermission(['routers.view', 'routers.manage'], 'routers.manage', false, all)).toEqual(['routers.view']);
  });

  it('all have a place, also one that nobody thought of', () => {
    const groups = groupPermissions([...all, 'tickets.view']);
    expect(groups.map(({ name }) => name)).toEqual(['sales', 'network', 'others']);
  });
});
