import { asn1, pkcs12, pki } from 'node-forge';
import type { KeyedCertificate } from './issuing';

/**
 * One file with the key, its certificate and the authority's, as routers import it. Triple DES and SHA-1 (RFC 7292
 * appendix C) because RouterOS 6 and the earlier 7 read nothing newer. Neither that nor the few rounds matter with a long
 * random password, which is the only kind it is given.
 */
export function toPkcs12(keyed: KeyedCertificate, authority: string, password: string, friendlyName: string): Buffer {
  const file = pkcs12.toPkcs12Asn1(
    pki.privateKeyFromPem(keyed.key),
    [pki.certificateFromPem(keyed.certificate), pki.certificateFromPem(authority)],
    password,
    { algorithm: '3des', count: 2_048, friendlyName },
  );
  return Buffer.from(asn1.toDer(file).getBytes(), 'binary');
}
