import { Injectable } from '@nestjs/common';
import { CentralDatabase } from '@jala/infra/central-db';

export interface AuthorityRow {
  readonly certificate: string;
  readonly keyEnc: string;
}

@Injectable()
export class AuthoritiesRepository {
  constructor(private readonly db: CentralDatabase) {}

  async find(name: string): Promise<AuthorityRow | undefined> {
    const [row] = await this.db.query<AuthorityRow[]>('SELECT certificate, key_enc AS keyEnc FROM certificate_authorities WHERE name = ?', [
      name,
    ]);
    return row;
  }

  /** Whoever is first; the others find theirs ignored. */
  async insertIfNone(name: string, { certificate, keyEnc }: AuthorityRow): Promise<void> {
    await this.db.query('INSERT IGNORE INTO certificate_authorities (name, certificate, key_enc) VALUES (?, ?, ?)', [
      name,
      certificate,
      keyEnc,
    ]);
  }

  async replaceKey(name: string, before: string, after: string): Promise<void> {
    await this.db.query('UPDATE certificate_authorities SET key_enc = ? WHERE name = ? AND key_enc = ?', [after, name, before]);
  }
}
