export { AuthoritiesRepository } from './authorities.repository';
export { CertificateAuthority, type RouterIdentity } from './certificate-authority.service';
export { CertificatesModule } from './certificates.module';
export { RadsecServerCertificate } from './radsec-server-certificate.service';
