/**
 * How every connection reads and writes values. BIGINT and DECIMAL are numbers only where they are exact, dates are UTC,
 * and an object given as a parameter is text: expanding it into `column = value` pairs would be an injection.
 */
export const driverOptions = {
  charset: 'utf8mb4',
  timezone: 'Z',
  supportBigNumbers: true,
  bigNumberStrings: false,
  stringifyObjects: true,
} as const;
