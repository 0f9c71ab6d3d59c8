import type { Locale } from '@jala/contracts';

export interface AlertNumbers {
  readonly kind: string;
  readonly subject: string;
  /** How long the oldest record has waited, and how much waits; null where it is not about a backlog. */
  readonly age_s: number | null;
  readonly bytes: number | null;
}

export interface AlertWords {
  readonly what: string;
  readonly todo: string;
  /** Ends with a blank, or is empty. */
  readonly numbers: string;
}

type Sentences = Readonly<Record<string, (subject: string) => readonly [what: string, todo: string]>>;

const SENTENCES: Record<Locale, Sentences> = {
  en: {
    'accounting-backlog': () => [
      'Accounting waits for the database.',
      'No packet is lost; usage and sessions are behind. Look whether the drain process runs and the database takes its statements.',
    ],
    'login-backlog': () => [
      'The login history waits for the database.',
      'Logins themselves are not affected. Look whether a worker runs beside FreeRADIUS and the database takes its statements.',
    ],
    'radius-process': (subject) => [`The RADIUS process "${subject}" does not answer.`, 'Look whether it runs and what its log says last.'],
    'synthetic-login': () => [
      'The login that is tried every minute is not accepted.',
      'Customers probably cannot log in either. Look at the RADIUS process "auth" and the database.',
    ],
    'database-host': (subject) => [`The database host "${subject}" cannot be reached.`, 'Its tenants are out of service until it is back.'],
  },
  id: {
    'accounting-backlog': () => [
      'Accounting menunggu basis data.',
      'Tidak ada paket yang hilang; pemakaian dan sesi tertinggal. Periksa apakah proses drain berjalan dan basis data menerima perintahnya.',
    ],
    'login-backlog': () => [
      'Riwayat login menunggu basis data.',
      'Login sendiri tidak terganggu. Periksa apakah worker berjalan di samping FreeRADIUS dan basis data menerima perintahnya.',
    ],
    'radius-process': (subject) => [
      `Proses RADIUS "${subject}" tidak menjawab.`,
      'Periksa apakah proses itu berjalan dan apa isi terakhir log-nya.',
    ],
    'synthetic-login': () => [
      'Login percobaan tiap menit tidak diterima.',
      'Pelanggan mungkin juga tidak bisa login. Periksa proses RADIUS "auth" dan basis data.',
    ],
    'database-host': (subject) => [
      `Server basis data "${subject}" tidak bisa dihubungi.`,
      'Tenant di sana tidak terlayani sampai server itu kembali.',
    ],
  },
};

const NUMBERS: Record<Locale, (seconds: number, megabytes: string) => string> = {
  en: (seconds, megabytes) => `Oldest record: ${seconds} s ago; ${megabytes} MB. `,
  id: (seconds, megabytes) => `Catatan tertua: ${seconds} detik lalu; ${megabytes.replace('.', ',')} MB. `,
};

/** What is wrong with the platform, and what to do about it. A kind without sentences is named as it is. */
export function alertWords(locale: Locale, { kind, subject, age_s, bytes }: AlertNumbers): AlertWords {
  const [what, todo] = SENTENCES[locale][kind]?.(subject) ?? [`${kind} ${subject}`.trim(), ''];
  return { what, todo, numbers: bytes === null ? '' : NUMBERS[locale](age_s ?? 0, (bytes / 1_000_000).toFixed(1)) };
}
