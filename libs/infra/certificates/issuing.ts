import { generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { md, pki } from 'node-forge';

/** A certificate and its private key, both PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface IssuedCertificate extends KeyedCertificate {
  /** Hexadecimal, 32 digits. */
  readonly serial: string;
}

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly purpose: 'server' | 'client';
  /** DNS names and addresses; RFC 6125: clients compare these, not the common name. */
  readonly names?: readonly string[];
  readonly validity: Validity;
}

/** RSA because RouterOS versions in the field differ in which curves they take; sizes in bits. */
const AUTHORITY_KEY_BITS = 3072;
const KEY_BITS = 2048;
const SERIAL_BYTES = 16;

/** X509v3 subjectAltName, GeneralName tags of RFC 5280 section 4.2.1.6. */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** A CA that signs certificates and nothing else: no CA below it. */
export async function createAuthority(commonName: string, validity: Validity): Promise<KeyedCertificate> {
  const key = await rsaKey(AUTHORITY_KEY_BITS);
  const certificate = draft(commonName, newSerial(), validity, key);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  return signed(certificate, key, key);
}

/** A new key and its certificate. The key is nowhere else: what is lost is issued again. */
export async function issueCertificate(authority: KeyedCertificate, request: CertificateRequest): Promise<IssuedCertificate> {
  const issuer = pki.certificateFromPem(authority.certificate);
  const key = await rsaKey(KEY_BITS);
  const serial = newSerial();
  const certificate = draft(request.commonName, serial, request.validity, key);
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: request.purpose === 'server', clientAuth: request.purpose === 'client' },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
    ...(request.names?.length ? [{ name: 'subjectAltName', altNames: request.names.map(alternativeName) }] : []),
  ]);
  return { ...signed(certificate, key, pki.privateKeyFromPem(authority.key)), serial };
}

/** As people compare it: upper-case pairs of digits with colons between. */
export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}

/** Whether the certificate was signed by the authority, names all of these, and is valid until that instant at least. */
export function isGoodUntil(certificate: string, authority: string, names: readonly string[], until: Date): boolean {
  try {
    const present = new X509Certificate(certificate);
    return (
      present.checkIssued(new X509Certificate(authority)) &&
      present.verify(new X509Certificate(authority).publicKey) &&
      Date.parse(present.validTo) >= until.getTime() &&
      names.every((name) => (isIP(name) ? present.checkIP(name) : present.checkHost(name)) !== undefined)
    );
  } catch {
    return false;
  }
}

async function rsaKey(bits: number): Promise<pki.rsa.PrivateKey> {
  // In a thread of its own: finding the primes in JavaScript would stop the process for seconds.
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return pki.privateKeyFromPem(privateKey);
}

function draft(commonName: string, serial: string, { from, until }: Validity, key: pki.rsa.PrivateKey): pki.Certificate {
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = serial;
  certificate.validity.notBefore = from;
  certificate.validity.notAfter = until;
  certificate.setSubject([{ name: 'commonName', value: commonName }]);
  return certificate;
}

function signed(certificate: pki.Certificate, key: pki.rsa.PrivateKey, by: pki.rsa.PrivateKey): KeyedCertificate {
  certificate.sign(by, md.sha256.create());
  return { certificate: pki.certificateToPem(certificate), key: pki.privateKeyToPem(key) };
}

/** RFC 5280 section 4.1.2.2: positive, up to 20 octets; the second bit keeps its length the same for all. */
function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

const alternativeName = (name: string): { type: number; value?: string; ip?: string } =>
  isIP(name) ? { type: IP_ADDRESS, ip: name } : { type: DNS_NAME, value: name };
