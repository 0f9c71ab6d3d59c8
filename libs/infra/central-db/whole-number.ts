import type { ValueTransformer } from 'typeorm';

/**
 * BIGINT columns as numbers. TypeORM hands them over as text; every number we keep (ids, bytes, minor units) stays
 * below 2^53, and one that does not must be noticed and not rounded.
 */
export const wholeNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => {
    if (value === null || value === undefined) return value;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError('A stored whole number is beyond 2^53.');
    return number;
  },
};
