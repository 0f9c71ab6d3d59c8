import { clientFileName, isRadiusSecret, renderClientFile, type RouterClient } from './client-file';

const client: RouterClient = {
  address: '192.0.2.1',
  secret: 'S3cret-of_1',
  tenantDb: 't_maju',
  routerId: 7,
  requireMessageAuthenticator: true,
};

describe('the file of a router', () => {
  it('says who it is, whose it is and how it proves it', () => {
    expect(renderClientFile(client)).toBe(
      [
        'client 192.0.2.1 {',
        '\tipaddr = 192.0.2.1',
        '\tsecret = "S3cret-of_1"',
        '\tshortname = "t_maju.7"',
        '\trequire_message_authenticator = yes',
        '\tTenant-DB = "t_maju"',
        '\tRouter-Id = "7"',
        '}',
        '',
      ].join('\n'),
    );
    expect(renderClientFile({ ...client, address: '2001:db8::1' })).toContain('\tipv6addr = 2001:db8::1\n');
  });

  it('has the address as its name, one folder for each version of IP', () => {
    expect(clientFileName('192.0.2.1')).toBe('v4/192.0.2.1');
    expect(clientFileName('2001:db8::1')).toBe('v6/2001:db8::1');
    for (const wrong of ['../../etc/passwd', '2001:DB8::1', '2001:0db8::1', '192.0.2.0/24', '192.0.2.01', '*', '']) {
      expect(() => clientFileName(wrong)).toThrow(RangeError);
    }
  });

  it.each([
    ['a quote', 'secret"x'],
    ['a line break', 'secret\n}\nclient x {'],
    ['an expansion', 'secret${x}'],
    ['a comment', 'secret#x'],
    ['a backslash', 'secret\\'],
    ['a blank', 'secret x'],
    ['letters beyond ASCII', 'rahasiañ'],
    ['too little', 'short'],
    ['too much', 'x'.repeat(65)],
  ])('is not written with %s in the secret, and the error does not repeat it', (_, secret) => {
    expect(isRadiusSecret(secret)).toBe(false);
    expect(() => renderClientFile({ ...client, secret })).toThrow(RangeError);
    expect(() => renderClientFile({ ...client, secret })).not.toThrow(secret);
  });

  it.each([
    ["somebody else's database", { tenantDb: 'mysql' }],
    ['a database with a quote', { tenantDb: 't_x"' }],
    ['no router id', { routerId: 0 }],
    ['half a router id', { routerId: 1.5 }],
  ])('is not written for %s', (_, wrong) => {
    expect(() => renderClientFile({ ...client, ...wrong })).toThrow(RangeError);
  });
});
