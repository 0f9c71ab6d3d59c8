import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, fingerprintOf, isGoodUntil, issueCertificate, type KeyedCertificate, toPkcs12 } from './index';

const DAY_MS = 86_400_000;
const now = new Date(Math.floor(Date.now() / 1_000) * 1_000);
const inDays = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
const validity = { from: inDays(-1), until: inDays(100) };

describe('certificates', () => {
  let folder: string;
  let authority: KeyedCertificate;
  const save = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jala-certificates-'));
    authority = await createAuthority('Test authority', { from: inDays(-1), until: inDays(7_300) });
    save('ca.pem', authority.certificate);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are what OpenSSL takes for their purpose, and for no other', async () => {
    const server = await issueCertificate(authority, {
      commonName: 'radius.example',
      purpose: 'server',
      names: ['radius.example', '192.0.2.1', '2001:db8::1'],
      validity,
    });
    const client = await issueCertificate(authority, { commonName: 'router-1.0', purpose: 'client', validity });
    const verify = (name: string, pem: string, purpose: string): string =>
      openssl('verify', '-x509_strict', '-CAfile', join(folder, 'ca.pem'), '-purpose', purpose, save(name, pem));
    expect(verify('server.pem', server.certificate, 'sslserver')).toContain('OK');
    expect(verify('client.pem', client.certificate, 'sslclient')).toContain('OK');
    expect(() => verify('server.pem', server.certificate, 'sslclient')).toThrow();
    expect(() => verify('client.pem', client.certificate, 'sslserver')).toThrow();
    const read = new X509Certificate(server.certificate);
    expect([read.checkHost('radius.example'), read.checkIP('192.0.2.1'), read.checkIP('2001:db8::1')]).toEqual([
      'radius.example',
      '192.0.2.1',
      '2001:db8::1',
    ]);
    expect([read.serialNumber.toLowerCase(), new Date(read.validFrom), new Date(read.validTo)]).toEqual([
      server.serial,
      validity.from,
      validity.until,
    ]);
    expect(client.serial).not.toBe(server.serial);
    expect(fingerprintOf(server.certificate)).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('cannot sign others', async () => {
    const middle = await issueCertificate(authority, { commonName: 'middle', purpose: 'client', validity });
    const below = await issueCertificate(middle, { commonName: 'below', purpose: 'client', validity });
    expect(() =>
      openssl(
        'verify',
        '-CAfile',
        join(folder, 'ca.pem'),
        '-untrusted',
        save('middle.pem', middle.certificate),
        save('below.pem', below.certificate),
      ),
    ).toThrow();
  });

  it('are renewed when another authority has signed them, a name is missing, or they end too soon', async () => {
    const other = await createAuthority('Test authority', validity);
    const { certificate } = await issueCertificate(authority, {
      commonName: 'radius.example',
      purpose: 'server',
      names: ['radius.example'],
      validity,
    });
    const good = (names: string[], days: number, ca = authority): boolean => isGoodUntil(certificate, ca.certificate, names, inDays(days));
    expect(good(['radius.example'], 99)).toBe(true);
    expect([good(['radius.example'], 101), good(['192.0.2.1'], 1), good(['radius.example'], 1, other)]).toEqual([false, false, false]);
    expect(isGoodUntil('', authority.certificate, [], now)).toBe(false);
  });

  it('travel as PKCS#12 with key and authority, opened by the password only', async () => {
    const keyed = await issueCertificate(authority, { commonName: 'router-1.0', purpose: 'client', validity });
    const file = save('router.p12', toPkcs12(keyed, authority.certificate, 'correct horse', 'router'));
    const text = openssl('pkcs12', '-in', file, '-passin', 'pass:correct horse', '-nodes', '-legacy');
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(text).toContain('PRIVATE KEY');
    expect(text).toMatch(/CN ?= ?router-1\.0/);
    expect(() => openssl('pkcs12', '-in', file, '-passin', 'pass:wrong', '-nodes', '-legacy')).toThrow();
  });
});
