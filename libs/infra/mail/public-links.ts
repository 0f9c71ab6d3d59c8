import { Injectable } from '@nestjs/common';
import { AppConfig } from '@jala/infra/config';

/** Addresses as the outside world types them. */
@Injectable()
export class PublicLinks {
  constructor(private readonly config: AppConfig) {}

  /** Of the platform's own host, or of a tenant's. */
  origin(slug: string | null): string {
    const { scheme, rootDomain, port } = this.config.publicAddress;
    const isUsual = port === (scheme === 'https' ? 443 : 80);
    return `${scheme}://${slug === null ? '' : `${slug}.`}${rootDomain}${isUsual ? '' : `:${port}`}`;
  }

  login(slug: string | null): string {
    return `${this.origin(slug)}/login`;
  }

  /** The token stands behind the #: browsers send that part to nobody, so it reaches no log and no Referer. */
  choosePassword(slug: string | null, token: string): string {
    return `${this.origin(slug)}/reset-password#token=${token}`;
  }
}
