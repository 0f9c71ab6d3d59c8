import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { AccessClaims } from '@jala/infra/authz';
import { AppConfig } from '@jala/infra/config';

export const ACCESS_TOKEN_SECONDS = 15 * 60;

@Injectable()
export class AccessTokens {
  private readonly jwt: JwtService;

  constructor(config: AppConfig) {
    this.jwt = new JwtService({ secret: config.jwtKey, signOptions: { algorithm: 'HS256', expiresIn: ACCESS_TOKEN_SECONDS } });
  }

  sign(claims: AccessClaims): Promise<string> {
    return this.jwt.signAsync({ ...claims });
  }
}
