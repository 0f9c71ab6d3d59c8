import { DomainError, type FieldError } from '@jala/contracts';

export const customerNotFound = (id: number): DomainError => new DomainError('CUSTOMER_NOT_FOUND', { id });

export const usernameTaken = (username: string): DomainError =>
  new DomainError(
    'CUSTOMER_USERNAME_TAKEN',
    { username },
    { username: [{ code: 'taken', message: 'Another customer has this username.' }] },
  );

/** @param field the address that somebody else has */
export const addressTaken = (field: string): DomainError =>
  new DomainError('CUSTOMER_ADDRESS_TAKEN', { field }, { [field]: [{ code: 'taken', message: 'Another customer has this address.' }] });

/** Throws every given problem at once, so that a form shows them all. */
export function assertFields(problems: Readonly<Record<string, FieldError | undefined>>): void {
  const fields: Record<string, FieldError[]> = {};
  for (const [field, problem] of Object.entries(problems)) if (problem) fields[field] = [problem];
  if (Object.keys(fields).length > 0) throw new DomainError('VALIDATION_FAILED', {}, fields);
}
