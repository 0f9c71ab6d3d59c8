import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { DomainError, type FieldError } from '@jala/contracts';

/** `isEmail` → `is_email`: the stable word the web translates. */
const codeOf = (constraint: string): string => constraint.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function fieldErrorsOf(errors: readonly ValidationError[], prefix = ''): Record<string, FieldError[]> {
  const fields: Record<string, FieldError[]> = {};
  for (const error of errors) {
    const name = prefix + error.property;
    const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({ code: codeOf(constraint), message }));
    if (own.length > 0) fields[name] = own;
    Object.assign(fields, fieldErrorsOf(error.children ?? [], `${name}.`));
  }
  return fields;
}

/** Unknown fields are refused, not dropped: a misspelt optional field must not be silently ignored. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new DomainError('VALIDATION_FAILED', {}, fieldErrorsOf(errors)),
  });
