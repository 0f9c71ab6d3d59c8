import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const WEB = join(__dirname, '../../../apps/web/src');

export interface Source {
  /** Relative to apps/web/src. */
  readonly path: string;
  readonly text: string;
}

export function sources(extensions: RegExp): Source[] {
  return readdirSync(WEB, { recursive: true, encoding: 'utf8' })
    .filter((path) => extensions.test(path) && path !== join('api', 'schema.ts'))
    .map((path) => ({ path: relative('.', path), text: readFileSync(join(WEB, path), 'utf8') }));
}

/** The face whose words a file may use: its own and the shared ones. */
export function faceOf(path: string): 'admin' | 'tenant' | 'shared' {
  if (path.startsWith('admin/')) return 'admin';
  return path.startsWith('tenant/') ? 'tenant' : 'shared';
}

type Tree = { readonly [key: string]: string | Tree };

/** `area.key.key` → words. */
export function words(face: string, locale: string): Map<string, string> {
  const folder = join(WEB, face, 'messages', locale);
  const all = new Map<string, string>();
  const collect = (prefix: string, tree: Tree): void => {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === 'string') all.set(`${prefix}.${key}`, value);
      else collect(`${prefix}.${key}`, value);
    }
  };
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    collect(file.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, file), 'utf8')) as Tree);
  }
  return all;
}
