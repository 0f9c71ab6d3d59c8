import { databaseOf, parseLoginLine, secondsOf } from './login-line';
import { rejectWord } from './reject-words';

const hex = (text: string | Buffer): string => Buffer.from(text as string).toString('hex');

/** As freeradius/raddb/policy.d/history writes it. */
function line(change: Partial<Record<string, string>> = {}): string {
  const fields = {
    seconds: '1795245535',
    database: 't_maju',
    routerId: '7',
    reply: 'Access-Accept',
    tunnelled: '0',
    signatures: '1',
    nasIp: '203.0.113.7',
    username: hex('budi'),
    device: hex('AC:DE:48:00:00:01'),
    service: hex('hotspot1'),
    reason: '',
    ...change,
  };
  return Object.values(fields).join(' ');
}

describe('a line of the login history', () => {
  it('says who logged in where, and when', () => {
    expect(databaseOf(line())).toBe('t_maju');
    expect(secondsOf(line())).toBe(1_795_245_535);
    expect(parseLoginLine(line())).toEqual({
      at: new Date(1_795_245_535_000),
      reply: 'Access-Accept',
      routerId: '7',
      nasIp: '203.0.113.7',
      signed: true,
      username: 'budi',
      device: 'AC:DE:48:00:00:01',
      service: 'hotspot1',
      reason: '',
    });
  });

  it('may lack what the router did not send', () => {
    expect(parseLoginLine(line({ username: '', device: '', service: '', signatures: '0', nasIp: '2001:db8::7' }))).toMatchObject({
      username: '',
      device: '',
      service: '',
      signed: false,
      nasIp: '2001:db8::7',
    });
  });

  it.each([
    ['0', '0', false],
    ['0', '1', true],
    ['0', '2', true],
    ['1', '1', null],
    ['3', '1', null],
    ['20', '0', null],
    ['21', '0', null],
  ])('EAP messages %s and signatures %s: signed %s', (tunnelled, signatures, signed) => {
    expect(parseLoginLine(line({ tunnelled, signatures }))?.signed).toBe(signed);
  });

  it.each([
    ['a line break', 'x\n1795245535 t_other 1 Access-Accept 0 0 1.2.3.4    ', undefined],
    ['blanks, tabs and quotes', `o'neil "so" \t\\t \\ \\\\ %{User-Name}; DROP`, undefined],
    ['characters outside of Latin-1', 'Siti é ☃ 😀', undefined],
    ['NUL', 'budi\u0000x', 'budi?x'],
    ['what is no UTF-8', Buffer.from([0x62, 0xff, 0xfe, 0x69]), 'b??i'],
    ['a character that is cut off', Buffer.from([0x62, 0xe2, 0x98]), 'b?'],
    ['253 bytes', 'b'.repeat(253), 'b'.repeat(64)],
    ['253 bytes of emoji', '😀'.repeat(63) + 'x', undefined],
    ['65 emoji, which no packet holds', '😀'.repeat(65), '😀'.repeat(64)],
    ['253 bytes that are no UTF-8', Buffer.alloc(253, 0xff), '?'.repeat(64)],
  ])('carries a name with %s', (_what, sent, stored) => {
    const written = line({ username: hex(sent) });
    expect(written).not.toMatch(/[^ -~]/);
    expect(parseLoginLine(written)?.username).toBe(stored ?? sent);
    expect(databaseOf(written)).toBe('t_maju');
  });

  it('cuts to the columns of the history', () => {
    const long = hex('x'.repeat(253));
    const record = parseLoginLine(line({ device: long, service: long, reason: long }));
    expect([record?.device.length, record?.service.length, record?.reason.length]).toEqual([50, 50, 128]);
  });

  it('brings back every byte that is a character, wherever it stands', () => {
    for (let code = 1; code < 0x250; code++) {
      const value = `a${String.fromCodePoint(code)}b`;
      expect(parseLoginLine(line({ username: hex(value), service: hex(value), reason: hex(value) }))).toMatchObject({
        username: value,
        service: value,
        reason: value,
      });
    }
  });

  it.each(['', 'mysql', 't_', 't_x.y', 't_X', "t_x'", 't_x`', '../t_x', `t_${'x'.repeat(63)}`, 'central'])(
    'is for no tenant when the database is "%s"',
    (database) => {
      expect(databaseOf(line({ database }))).toBeUndefined();
    },
  );

  it.each([
    ['nothing', ''],
    ['a half', line().slice(0, 40)],
    ['one field too many', `${line()} `],
    ['two lines in one', `${line()}${line()}`],
    ['half a byte', line({ username: '6' })],
    ['another answer', line({ reply: 'Access-Challenge' })],
    ['a router id that is none', line({ routerId: '-1' })],
    ['a router id that is too large', line({ routerId: '9'.repeat(20) })],
    ['an instant that the history cannot hold', line({ seconds: '4000000000' })],
    ['an address that is none', line({ nasIp: "1.2.3.4'" })],
  ])('is not believed when it is %s', (_what, text) => {
    expect(parseLoginLine(text)).toBeUndefined();
  });

  it('is not believed in any of its parts', () => {
    const whole = line({ reason: hex('wrong password') });
    // What has come of the last field may be whole by chance.
    const body = whole.lastIndexOf(' ');
    for (let end = 0; end < body; end++) expect(parseLoginLine(whole.slice(0, end))).toBeUndefined();
  });
});

describe('the words that rejected logins are counted by', () => {
  it.each([
    ['expired 3 h ago', 'expired'],
    ['outside the login hours (Wk0800-1700)', 'outside the login hours'],
    ['all 3 device slots are taken', 'all device slots are taken'],
    ['too many devices (1 of 1 online)', 'too many devices'],
    ['unreadable password (wrong RADIUS secret on the router?)', 'unreadable password'],
    ['suspended', 'suspended'],
    ['the words of an operator', 'other'],
    ['', 'other'],
  ])('%s: %s', (reason, word) => {
    expect(rejectWord(reason)).toBe(word);
  });
});
