export const ALERT_KINDS = ['accounting-backlog', 'login-backlog', 'radius-process', 'synthetic-login', 'database-host'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface AlertSubject {
  readonly kind: AlertKind;
  /** Which one, where there are several: `drain`, `default`. */
  readonly subject: string;
}

export type AlertKey = `${AlertKind}:${string}`;

/** For how many looks in a row something has been wrong, or right. */
export interface Streak {
  readonly bad: number;
  readonly good: number;
}
