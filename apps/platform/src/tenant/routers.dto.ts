import { ROUTER_CONNECTIONS, type RouterConnection } from '@jala/contracts';
import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { SIGNATURES, type Signature } from '@jala/radius';
import { type RouterFields, type RouterView, SECRET_MAX, SECRET_MIN } from '@jala/tenant/routers';
import { IsBoolean, IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { PageMetaDto } from '../http/paging';
import { EmptyIsAbsent, IfGiven, Line, OptionalText } from './fields';

export class CreateRouterDto {
  @ApiProperty({ maxLength: 120, example: 'Tower 1' })
  @Line(120)
  name: string;

  @ApiPropertyOptional({
    enum: ROUTER_CONNECTIONS,
    default: 'udp',
    description: 'udp: known by its address and a secret. radsec: RADIUS over TLS, known by its certificate, may be behind NAT',
  })
  @IfGiven()
  @IsIn(ROUTER_CONNECTIONS)
  connection?: RouterConnection;

  @ApiPropertyOptional({
    type: String,
    description: 'IPv4 or IPv6: where its RADIUS packets come from. Unique over all tenants. Needed with udp, refused with radsec',
    example: '203.0.113.7',
  })
  @EmptyIsAbsent()
  @IfGiven()
  @IsString()
  @MaxLength(64)
  address?: string;

  @ApiPropertyOptional({ minLength: SECRET_MIN, maxLength: SECRET_MAX, description: 'The RADIUS secret. Generated when absent' })
  @EmptyIsAbsent()
  @IfGiven()
  @IsString()
  secret?: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 190 })
  @OptionalText(190)
  location?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 1_000 })
  @OptionalText(1_000)
  notes?: string | null;

  @ApiPropertyOptional({ default: 3799, description: 'Where it listens for Disconnect-Requests (RouterOS: /radius incoming)' })
  @EmptyIsAbsent()
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(65_535)
  coa_port?: number;

  @ApiPropertyOptional({ default: false, description: 'Refuse requests it has not signed. RouterOS 7.15 and later sign them' })
  @IfGiven()
  @IsBoolean()
  require_message_authenticator?: boolean;
}

export class UpdateRouterDto extends PartialType(CreateRouterDto, { skipNullProperties: false }) {}

export class RouterDto {
  @ApiProperty() id: number;
  @ApiProperty() name: string;
  @ApiProperty({ enum: ROUTER_CONNECTIONS }) connection: RouterConnection;
  @ApiProperty({ type: String, nullable: true, description: 'Null with radsec' }) address: string | null;
  @ApiProperty({ type: String, nullable: true }) location: string | null;
  @ApiProperty({ type: String, nullable: true }) notes: string | null;
  @ApiProperty() coa_port: number;
  @ApiProperty() require_message_authenticator: boolean;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When RADIUS learned of it as it is now; null while it has not',
  })
  published_at: string | null;
  @ApiProperty({ type: String, nullable: true }) publish_error: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Its last packet' }) last_seen_at: string | null;
  @ApiProperty() sessions_online: number;
  @ApiProperty({
    type: String,
    enum: SIGNATURES,
    nullable: true,
    description: 'Whether its latest logins were signed with Message-Authenticator',
  })
  signature: Signature | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Last packet with another secret than the registered one',
  })
  wrong_secret_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Last request dropped because it was not signed' })
  unsigned_refused_at: string | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

export class SecretDto {
  @ApiProperty() secret: string;
}

export class CreatedRouterDto extends RouterDto {
  @ApiProperty({ description: 'Shown again by reveal-secret only. Not used with radsec' }) secret: string;
}

export class RouterPageDto {
  @ApiProperty({ type: [RouterDto] }) data: RouterDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

export const newRouterOf = (body: CreateRouterDto): RouterFields => ({ ...routerChangeOf(body), name: body.name });

export const routerChangeOf = (body: UpdateRouterDto): Partial<RouterFields> => ({
  name: body.name,
  connection: body.connection,
  address: body.address,
  secret: body.secret,
  location: body.location,
  notes: body.notes,
  coaPort: body.coa_port,
  requireMessageAuthenticator: body.require_message_authenticator,
});

export const toRouter = (router: RouterView): RouterDto => ({
  id: router.id,
  name: router.name,
  connection: router.connection,
  address: router.address,
  location: router.location,
  notes: router.notes,
  coa_port: router.coaPort,
  require_message_authenticator: router.requireMessageAuthenticator,
  published_at: router.publishedAt?.toISOString() ?? null,
  publish_error: router.publishError,
  last_seen_at: router.lastSeenAt?.toISOString() ?? null,
  sessions_online: router.sessionsOnline,
  signature: router.signature,
  wrong_secret_at: router.wrongSecretAt?.toISOString() ?? null,
  unsigned_refused_at: router.unsignedRefusedAt?.toISOString() ?? null,
  created_at: router.createdAt.toISOString(),
});

export const toCreatedRouter = ({ router, secret }: { router: RouterView; secret: string }): CreatedRouterDto => ({
  ...toRouter(router),
  secret,
});
