import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Can } from '@jala/infra/authz';
import { AppConfig } from '@jala/infra/config';

export class RadiusServerDto {
  @ApiProperty({ description: 'An address, or a name that resolves to it', example: '203.0.113.10' }) address: string;
  @ApiProperty({ example: 1812 }) auth_port: number;
  @ApiProperty({ example: 1813 }) acct_port: number;
  @ApiProperty({ example: 2083, description: 'RADIUS over TLS, by TCP' }) radsec_port: number;
}

@ApiTags('routers')
@Controller('tenant/routers/radius-server')
export class RadiusServerController {
  constructor(private readonly config: AppConfig) {}

  /** Where a router sends its requests: what its operator types into it. */
  @Get()
  @Can('routers.view')
  @ApiOkResponse({ type: RadiusServerDto })
  server(): RadiusServerDto {
    const { publicHost, authPort, acctPort, radsecPort } = this.config.radius;
    return { address: publicHost, auth_port: authPort, acct_port: acctPort, radsec_port: radsecPort };
  }
}
