import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Page, PageRequest } from '@jala/contracts';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

/** The query every list takes. A list with filters extends it. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, default: 1 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  page: number = 1;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 25 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  per_page: number = 25;

  @ApiPropertyOptional({ description: 'A column of the list; unknown ones are ignored in favour of the default order.' })
  @IsOptional()
  @Matches(/^[a-z_]{1,40}$/)
  sort?: string;

  @ApiPropertyOptional({ enum: ['asc', 'desc'], default: 'asc' })
  @IsIn(['asc', 'desc'])
  order: 'asc' | 'desc' = 'asc';

  @ApiPropertyOptional({ maxLength: 100 })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  search?: string;
}

export class PageMetaDto {
  @ApiProperty() page: number;
  @ApiProperty() per_page: number;
  @ApiProperty({ description: 'Over all pages' }) total: number;
}

export interface PageBody<T> {
  data: T[];
  meta: PageMetaDto;
}

export const pageRequestOf = (query: PageQuery): PageRequest => ({
  page: query.page,
  perPage: query.per_page,
  sort: query.sort,
  order: query.order,
  search: query.search?.trim() || undefined,
});

export function toPage<R, T>(page: Page<R>, query: PageQuery, toDto: (row: R) => T): PageBody<T> {
  return { data: page.rows.map(toDto), meta: { page: query.page, per_page: query.per_page, total: page.total } };
}
