import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ActivityEntry, ActivityFilter } from '@jala/infra/audit';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, Matches, MaxLength, Min } from 'class-validator';
import { PageMetaDto, PageQuery } from './paging';

export class ActivityQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ['asc', 'desc'], default: 'desc' })
  @IsIn(['asc', 'desc'])
  override order: 'asc' | 'desc' = 'desc';

  @ApiPropertyOptional({ description: 'Part of the name of whoever did it' })
  @IsOptional()
  @IsString()
  @MaxLength(120)
  actor?: string;

  @ApiPropertyOptional({ description: 'A whole action such as customer.created, or everything about a customer with customer' })
  @IsOptional()
  @Matches(/^[a-z_]{1,40}(\.[a-z_]{1,40})?$/)
  action?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Matches(/^[a-z_]{1,32}$/)
  subject_type?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  subject_id?: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'From this instant on' })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  from?: Date;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before this instant' })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  to?: Date;
}

export class ActivityDto {
  @ApiProperty() id: number;
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty() actor_name: string;
  @ApiProperty() actor_role: string;
  @ApiProperty({ example: 'customer.created' }) action: string;
  @ApiProperty() subject_type: string;
  @ApiProperty({ type: Number, nullable: true }) subject_id: number | null;
  @ApiProperty() subject_label: string;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) before: Record<string, unknown> | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) after: Record<string, unknown> | null;
  @ApiProperty({ type: String, nullable: true }) ip: string | null;
  @ApiProperty({ type: String, nullable: true }) request_id: string | null;
}

export class ActivityPageDto {
  @ApiProperty({ type: [ActivityDto] }) data: ActivityDto[];
  @ApiProperty({ type: PageMetaDto }) meta: PageMetaDto;
}

export const activityFilterOf = (query: ActivityQuery): ActivityFilter => ({
  actor: query.actor,
  action: query.action,
  subjectType: query.subject_type,
  subjectId: query.subject_id,
  from: query.from,
  to: query.to,
});

export const toActivity = (entry: ActivityEntry): ActivityDto => ({
  id: entry.id,
  at: entry.at.toISOString(),
  actor_name: entry.actorName,
  actor_role: entry.actorRole,
  action: entry.action,
  subject_type: entry.subjectType,
  subject_id: entry.subjectId,
  subject_label: entry.subjectLabel,
  before: entry.before,
  after: entry.after,
  ip: entry.ip,
  request_id: entry.requestId,
});
