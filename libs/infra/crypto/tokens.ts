import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** Without the characters that look alike when read out or copied by hand: 0 O, 1 l I. */
const READABLE = '23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';

/** URL-safe; 32 bytes cannot be guessed. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** A generated password or RADIUS secret that people can type. 16 characters carry 92 bits. */
export function readablePassword(length = 16): string {
  return Array.from({ length }, () => READABLE[randomInt(READABLE.length)]).join('');
}

/** For long random tokens only: they need no salt and no slow hash. Passwords go through argon2. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Takes the same time whatever the texts have in common. */
export function constantTimeEquals(a: string, b: string): boolean {
  // Hashing first makes the lengths equal, which timingSafeEqual demands, without telling the length.
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
