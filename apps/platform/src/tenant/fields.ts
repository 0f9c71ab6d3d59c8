import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';

const isText = (value: unknown): value is string => typeof value === 'string';

/** Null is a value here, "none"; a missing field is not. */
export const isGiven = (_object: unknown, value: unknown): boolean => value !== null && value !== undefined;

/** What is changed when it is given; it cannot be emptied. Unlike IsOptional, null is refused. */
export const IfGiven = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

/** One line that says something: blanks around it are not part of it. */
export function Line(maximum: number): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (isText(value) ? value.trim() : value)),
    IsString(),
    MinLength(1),
    MaxLength(maximum),
  );
}

/** Text that may be left out. Forms send an empty one for "none". */
export function OptionalText(maximum: number): PropertyDecorator {
  return applyDecorators(EmptyIsNull(), ValidateIf(isGiven), IsString(), MaxLength(maximum));
}

export function EmptyIsNull(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (isText(value) ? value.trim() || null : value));
}

/** For what is generated when it is left out: an empty field of a form leaves it out. */
export function EmptyIsAbsent(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (value === '' || value === null ? undefined : value));
}

/** `true` and `false` as they stand in a query. */
export function BooleanText(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));
}
