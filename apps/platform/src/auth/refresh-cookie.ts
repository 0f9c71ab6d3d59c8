import { Injectable } from '@nestjs/common';
import { DomainError } from '@jala/contracts';
import { AppConfig } from '@jala/infra/config';
import type { FastifyReply, FastifyRequest } from 'fastify';

const COOKIE_TRANSPORT = 'cookie';

/**
 * Carries the refresh token for browsers, where no script can read it. Only on request (`X-Token-Transport: cookie`): that
 * header, SameSite=Strict and the look at the origin each keep other sites from using the cookie.
 */
@Injectable()
export class RefreshCookie {
  private readonly name: string;
  private readonly secure: boolean;

  constructor({ publicAddress: { scheme, port } }: AppConfig) {
    this.secure = scheme === 'https';
    // Cookies do not know ports: two installations on one machine would overwrite each other's.
    this.name = port === 443 || port === 80 ? 'jala_refresh' : `jala_refresh_${port}`;
  }

  isWanted(request: FastifyRequest): boolean {
    return request.headers['x-token-transport'] === COOKIE_TRANSPORT;
  }

  /**
   * The token in the cookie; undefined when there is none or the client did not ask for this transport.
   * @throws DomainError FORBIDDEN when the request comes from another origin
   */
  read(request: FastifyRequest): string | undefined {
    if (!this.isWanted(request)) return undefined;
    assertSameOrigin(request);
    return request.cookies[this.name];
  }

  write(reply: FastifyReply, token: string, expires: Date): void {
    void reply.setCookie(this.name, token, { ...this.attributes, expires });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(this.name, this.attributes);
  }

  private get attributes(): { path: string; httpOnly: true; sameSite: 'strict'; secure: boolean } {
    return { path: '/api', httpOnly: true, sameSite: 'strict', secure: this.secure };
  }
}

/** Tenants are neighbours under one domain, which SameSite counts as one site: the origin itself has to match. */
function assertSameOrigin(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const isForeign = typeof site === 'string' ? site !== 'same-origin' : origin !== undefined && !isOwn(origin, request.host);
  if (isForeign) throw new DomainError('FORBIDDEN');
}

function isOwn(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
