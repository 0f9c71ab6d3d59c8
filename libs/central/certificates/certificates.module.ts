import { Module } from '@nestjs/common';
import { AuthoritiesRepository } from './authorities.repository';
import { CertificateAuthority } from './certificate-authority.service';
import { RenewRadsecServerCertificate } from './certificates.jobs';
import { RadsecServerCertificate } from './radsec-server-certificate.service';

@Module({
  providers: [AuthoritiesRepository, CertificateAuthority, RadsecServerCertificate, RenewRadsecServerCertificate],
  exports: [CertificateAuthority, RadsecServerCertificate],
})
export class CertificatesModule {}
