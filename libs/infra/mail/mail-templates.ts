import type { Locale } from '@jala/contracts';
import { alertWords } from './alert-words';

/**
 * Every mail there is and what it is told. Links carry tokens, so they travel sealed: the row of a job waits in the
 * database until the mail is sent, and a job waits in Redis.
 */
export interface MailParams {
  'password-reset': { name: string; brand: string; link_sealed: string; valid_minutes: number };
  invitation: { name: string; brand: string; link_sealed: string; valid_days: number };
  /** To an owner who has a password already. */
  welcome: { name: string; brand: string; link_sealed: string };
  'security-notice': { name: string; brand: string; event: SecurityEvent; at: string; timezone: string; ip: string | null };
  /** Something is wrong with the platform, or is right again. */
  'platform-alert': {
    name: string;
    brand: string;
    kind: string;
    /** Which one, where there are several. */
    subject: string;
    state: 'raised' | 'resolved';
    age_s: number | null;
    bytes: number | null;
    link_sealed: string;
    at: string;
    timezone: string;
  };
}

export type MailTemplate = keyof MailParams;

export const SECURITY_EVENTS = [
  'password-changed',
  'email-changed',
  'two-factor-enabled',
  'two-factor-disabled',
  'recovery-code-used',
  'account-locked',
  'session-stolen',
] as const;
export type SecurityEvent = (typeof SECURITY_EVENTS)[number];

/** A mail in words, before it becomes text and HTML. */
export interface MailContent {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly button?: { readonly label: string; readonly url: string };
  readonly footer: string;
}

/** The parameters as the wording needs them: the link opened, the instant written in the reader's zone. */
export type MailWords<T extends MailTemplate> = Omit<MailParams[T], 'link_sealed' | 'at' | 'timezone'> & {
  readonly link: string;
  readonly when: string;
};

type Wording = { readonly [T in MailTemplate]: (words: MailWords<T>) => MailContent };

const EVENTS: Record<Locale, Record<SecurityEvent, string>> = {
  en: {
    'password-changed': 'The password of your account was changed.',
    'email-changed': 'The e-mail address of your account was changed. This is the last message to the old address.',
    'two-factor-enabled': 'Two-factor login was turned on for your account.',
    'two-factor-disabled': 'Two-factor login was turned off for your account.',
    'recovery-code-used': 'A recovery code was used to log in to your account. That code does not work any more.',
    'account-locked': 'Your account is locked for a while, because a wrong password was entered too often.',
    'session-stolen': 'A login of your account was ended: its session key was used twice, which happens when somebody has copied it.',
  },
  id: {
    'password-changed': 'Kata sandi akun Anda telah diubah.',
    'email-changed': 'Alamat email akun Anda telah diubah. Ini pesan terakhir ke alamat lama.',
    'two-factor-enabled': 'Login dua langkah telah diaktifkan untuk akun Anda.',
    'two-factor-disabled': 'Login dua langkah telah dinonaktifkan untuk akun Anda.',
    'recovery-code-used': 'Kode pemulihan telah dipakai untuk masuk ke akun Anda. Kode itu tidak berlaku lagi.',
    'account-locked': 'Akun Anda dikunci sementara karena kata sandi salah dimasukkan terlalu sering.',
    'session-stolen': 'Satu sesi login akun Anda diakhiri: kunci sesinya dipakai dua kali, tanda bahwa seseorang telah menyalinnya.',
  },
};

export const WORDING: Record<Locale, Wording> = {
  en: {
    'password-reset': ({ name, brand, link, valid_minutes }) => ({
      subject: `${brand}: choose a new password`,
      greeting: `Hello ${name},`,
      paragraphs: [`Somebody asked for a new password for your account at ${brand}. The link works once, for ${valid_minutes} minutes.`],
      button: { label: 'Choose a new password', url: link },
      footer: 'Was it not you? Then do nothing: your password stays as it is.',
    }),
    invitation: ({ name, brand, link, valid_days }) => ({
      subject: `${brand}: your account is ready`,
      greeting: `Welcome ${name},`,
      paragraphs: [
        `An account was created for you at ${brand}. Choose your password to begin. The link works once, for ${valid_days} days.`,
      ],
      button: { label: 'Choose your password', url: link },
      footer: 'Is the link too old? Use "Forgot password" on the login page.',
    }),
    welcome: ({ name, brand, link }) => ({
      subject: `${brand}: everything is ready`,
      greeting: `Welcome ${name},`,
      paragraphs: [`${brand} is set up. Log in with your e-mail address and the password that was chosen for you or by you.`],
      button: { label: 'Log in', url: link },
      footer: 'Do you not know the password? Use "Forgot password" on the login page.',
    }),
    'security-notice': ({ name, brand, event, when, ip }) => ({
      subject: `${brand}: security of your account`,
      greeting: `Hello ${name},`,
      paragraphs: [EVENTS.en[event], ip ? `Time: ${when}. Address: ${ip}.` : `Time: ${when}.`],
      footer: 'Was it not you? Choose a new password at once with "Forgot password" and tell your administrator.',
    }),
    'platform-alert': ({ name, brand, state, when, link, ...alert }) => {
      const { what, todo, numbers } = alertWords('en', alert);
      return {
        subject: state === 'raised' ? `${brand}: ${what}` : `${brand}: resolved: ${what}`,
        greeting: `Hello ${name},`,
        paragraphs: state === 'raised' ? [what, todo, `${numbers}Since: ${when}.`] : [`This is over: ${what}`, `Time: ${when}.`],
        button: { label: 'Open the platform', url: link },
        footer: 'You get this because you look after the platform. There is one message when it begins and one when it is over.',
      };
    },
  },
  id: {
    'password-reset': ({ name, brand, link, valid_minutes }) => ({
      subject: `${brand}: buat kata sandi baru`,
      greeting: `Halo ${name},`,
      paragraphs: [
        `Ada permintaan kata sandi baru untuk akun Anda di ${brand}. Tautan ini berlaku satu kali, selama ${valid_minutes} menit.`,
      ],
      button: { label: 'Buat kata sandi baru', url: link },
      footer: 'Bukan Anda yang meminta? Abaikan saja: kata sandi Anda tidak berubah.',
    }),
    invitation: ({ name, brand, link, valid_days }) => ({
      subject: `${brand}: akun Anda sudah siap`,
      greeting: `Selamat datang ${name},`,
      paragraphs: [
        `Akun untuk Anda di ${brand} telah dibuat. Buat kata sandi Anda untuk mulai. Tautan ini berlaku satu kali, selama ${valid_days} hari.`,
      ],
      button: { label: 'Buat kata sandi', url: link },
      footer: 'Tautan sudah kedaluwarsa? Pakai "Lupa kata sandi" di halaman masuk.',
    }),
    welcome: ({ name, brand, link }) => ({
      subject: `${brand}: semuanya sudah siap`,
      greeting: `Selamat datang ${name},`,
      paragraphs: [`${brand} sudah disiapkan. Masuk dengan alamat email Anda dan kata sandi yang sudah dibuat.`],
      button: { label: 'Masuk', url: link },
      footer: 'Tidak tahu kata sandinya? Pakai "Lupa kata sandi" di halaman masuk.',
    }),
    'security-notice': ({ name, brand, event, when, ip }) => ({
      subject: `${brand}: keamanan akun Anda`,
      greeting: `Halo ${name},`,
      paragraphs: [EVENTS.id[event], ip ? `Waktu: ${when}. Alamat: ${ip}.` : `Waktu: ${when}.`],
      footer: 'Bukan Anda? Segera buat kata sandi baru lewat "Lupa kata sandi" dan beri tahu administrator Anda.',
    }),
    'platform-alert': ({ name, brand, state, when, link, ...alert }) => {
      const { what, todo, numbers } = alertWords('id', alert);
      return {
        subject: state === 'raised' ? `${brand}: ${what}` : `${brand}: selesai: ${what}`,
        greeting: `Halo ${name},`,
        paragraphs: state === 'raised' ? [what, todo, `${numbers}Sejak: ${when}.`] : [`Ini sudah selesai: ${what}`, `Waktu: ${when}.`],
        button: { label: 'Buka platform', url: link },
        footer: 'Anda menerima ini karena Anda menjaga platform. Satu pesan saat mulai dan satu saat selesai.',
      };
    },
  },
};
