import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig, type EncryptionKey } from '@jala/infra/config';

const ALGORITHM = 'aes-256-gcm';
const FORMAT = 'v1';
/** NIST SP 800-38D section 8.2: 96 random bits, a 128-bit tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The sealed text was changed, is bound to another purpose, or its key is not configured. */
export class SealBrokenError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'SealBrokenError';
  }
}

/**
 * Secrets at rest. A sealed text is `v1.<key id>.<base64url>` and opens only for the purpose it was sealed for, for
 * example `tenant:17:db_password`: a ciphertext copied into another row or column is refused.
 */
@Injectable()
export class SecretBox {
  private readonly keys: ReadonlyMap<string, EncryptionKey>;
  private readonly current: EncryptionKey;

  constructor(config: AppConfig) {
    const [current] = config.encryptionKeys;
    if (!current) throw new Error('SecretBox needs at least one encryption key.');
    this.current = current;
    this.keys = new Map(config.encryptionKeys.map((key) => [key.id, key]));
  }

  seal(plain: string, purpose: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.current.key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(this.current.id, purpose));
    const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${FORMAT}.${this.current.id}.${body.toString('base64url')}`;
  }

  /** @throws SealBrokenError */
  open(sealed: string, purpose: string): string {
    const { keyId, body } = parse(sealed);
    const key = this.keys.get(keyId);
    if (!key) throw new SealBrokenError(`The encryption key ${keyId} is not configured.`);
    const decipher = createDecipheriv(ALGORITHM, key.key, body.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(keyId, purpose));
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    try {
      return decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new SealBrokenError('The sealed text was changed or belongs to another purpose.', { cause });
    }
  }

  needsRotation(sealed: string): boolean {
    return parse(sealed).keyId !== this.current.id;
  }

  /** The same secret under the current key; the same text when it already is. */
  rotate(sealed: string, purpose: string): string {
    return this.needsRotation(sealed) ? this.seal(this.open(sealed, purpose), purpose) : sealed;
  }
}

function associatedData(keyId: string, purpose: string): Buffer {
  return Buffer.from(`${FORMAT}\0${keyId}\0${purpose}`, 'utf8');
}

function parse(sealed: string): { keyId: string; body: Buffer } {
  const [format, keyId, text, ...rest] = sealed.split('.');
  const body = Buffer.from(text ?? '', 'base64url');
  if (format !== FORMAT || !keyId || rest.length > 0 || body.length < NONCE_BYTES + TAG_BYTES) {
    throw new SealBrokenError('This is not a sealed text.');
  }
  return { keyId, body };
}
