import { DomainError } from '@jala/contracts';

export const PASSWORD_MIN_LENGTH = 10;
/** Hashing is work per byte: an upper bound keeps a login from being a way to load the server. */
export const PASSWORD_MAX_LENGTH = 128;

/** What remains of the usual lists at ten characters and more, with the words Indonesian lists add. */
const COMMON = new Set(
  `password password1 passw0rd passwords letmein welcome iloveyou sunshine princess football baseball superman trustno1 administrator
   adminadmin changeme changemenow qwertyuiop qwerty qwertyqwerty asdfghjkl asdfghjkl; zxcvbnm zxcvbnm,. 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc
   q1w2e3r4t5 qazwsxedc secret supersecret mypassword rahasia katasandi sandirahasia bismillah alhamdulillah sayangku akucintakamu
   cintaku indonesia indonesiaraya jakarta surabaya bandung mikrotik routeros hotspot internet wifigratis jalajala startrek starwars
   computer michelle jennifer basketball liverpool manchester manunited chelsea1 barcelona realmadrid hello helloworld abcdefghij abcdef`
    .split(/\s+/)
    .filter(Boolean),
);

const ROWS = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

const reversed = (text: string): string => [...text].reverse().join('');

function isRun(text: string): boolean {
  return ROWS.some((row) => `${row}${row}`.includes(text) || reversed(`${row}${row}`).includes(text));
}

/** The word inside: "Password123!" is "password" to everybody who guesses. */
const coreOf = (password: string): string => password.replace(/^[^a-z]+|[^a-z]+$/g, '');

function weaknessOf(password: string, email: string): readonly [code: string, message: string] | undefined {
  const length = [...password].length;
  if (length < PASSWORD_MIN_LENGTH) return ['min_length', `Use at least ${PASSWORD_MIN_LENGTH} characters.`];
  if (password.length > PASSWORD_MAX_LENGTH) return ['max_length', `Use at most ${PASSWORD_MAX_LENGTH} characters.`];
  const lower = password.toLowerCase();
  const [local = '', domain = ''] = email.toLowerCase().split('@');
  const core = coreOf(lower);
  if (lower.includes(email.toLowerCase()) || core === local || lower === `${local}${domain}`) {
    return ['contains_email', 'Do not use your e-mail address as the password.'];
  }
  if (COMMON.has(lower) || COMMON.has(core) || isRun(lower) || new Set(lower).size < 5) {
    return ['too_common', 'This password is among the first that are tried. Choose another.'];
  }
  return undefined;
}

/** @throws DomainError VALIDATION_FAILED on the field that holds the password */
export function assertGoodPassword(password: string, email: string, field = 'password'): void {
  const weakness = weaknessOf(password, email);
  if (weakness) throw DomainError.field(field, ...weakness);
}
