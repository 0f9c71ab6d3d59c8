import { ApiProperty } from '@nestjs/swagger';
import { X509Certificate } from 'node:crypto';
import type { CertificateState, IssuedRouterCertificate, RouterCertificateView } from '@jala/tenant/routers';

const STATES: readonly CertificateState[] = ['valid', 'expired', 'revoked'];

export class RouterCertificateDto {
  @ApiProperty() id: number;
  @ApiProperty({ description: 'Hexadecimal', example: '5f0c0e5b8a6d4c1e9b7a3d2c1f0e8b6a' }) serial: string;
  @ApiProperty({ example: 'router-12.9f86d081884c7d65' }) common_name: string;
  @ApiProperty({ enum: STATES }) state: CertificateState;
  @ApiProperty({ format: 'date-time' }) issued_at: string;
  @ApiProperty() issued_by: string;
  @ApiProperty({ format: 'date-time' }) expires_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) revoked_at: string | null;
  @ApiProperty({ type: String, nullable: true }) revoked_by: string | null;
}

export class RouterCertificateListDto {
  @ApiProperty({ type: [RouterCertificateDto] }) data: RouterCertificateDto[];
}

export class IssuedRouterCertificateDto {
  @ApiProperty({ type: RouterCertificateDto }) certificate: RouterCertificateDto;
  @ApiProperty({ example: 'jala-router-12.p12' }) file_name: string;
  @ApiProperty({ description: 'Key, certificate and CA as PKCS#12, in base64. Not kept' }) pkcs12_base64: string;
  @ApiProperty({ description: 'Of the PKCS#12 file. Not kept' }) password: string;
}

export class RadsecAuthorityDto {
  @ApiProperty({ example: 'jala-radsec-ca.pem' }) file_name: string;
  @ApiProperty({ description: 'PEM' }) certificate: string;
  @ApiProperty({ description: 'SHA-256' }) fingerprint: string;
  @ApiProperty({ format: 'date-time' }) expires_at: string;
}

export const toRouterCertificate = (certificate: RouterCertificateView): RouterCertificateDto => ({
  id: certificate.id,
  serial: certificate.serial,
  common_name: certificate.commonName,
  state: certificate.state,
  issued_at: certificate.issuedAt.toISOString(),
  issued_by: certificate.issuedBy,
  expires_at: certificate.expiresAt.toISOString(),
  revoked_at: certificate.revokedAt?.toISOString() ?? null,
  revoked_by: certificate.revokedBy,
});

export const toIssuedCertificate = (
  routerId: number,
  { certificate, pkcs12, password }: IssuedRouterCertificate,
): IssuedRouterCertificateDto => ({
  certificate: toRouterCertificate(certificate),
  file_name: `jala-router-${routerId}.p12`,
  pkcs12_base64: pkcs12.toString('base64'),
  password,
});

export function toRadsecAuthority(pem: string): RadsecAuthorityDto {
  const certificate = new X509Certificate(pem);
  return {
    file_name: 'jala-radsec-ca.pem',
    certificate: pem,
    fingerprint: certificate.fingerprint256,
    expires_at: new Date(certificate.validTo).toISOString(),
  };
}
