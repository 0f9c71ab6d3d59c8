import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseComponent } from '@vue/compiler-sfc';
import { ERRORS } from '@jala/contracts';
import { readReason } from '../../apps/web/src/tenant/timeline/reasons';
import { faceOf, sources, words } from './support/sources';

const FACES = ['shared', 'admin', 'tenant'] as const;
const VUE_AND_TS = /\.(vue|ts)$/;

const files = sources(VUE_AND_TS);
const english = new Map(FACES.map((face) => [face, words(face, 'en')]));
/** Once each: English has plural forms, Indonesian does not. */
const placeholders = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].sort();

/** `status.${x}` names every key that begins with `status.` and goes on without an end of its own. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}

describe('the words of the web', () => {
  it.each(FACES)('are there in both languages: %s', (face) => {
    const indonesian = words(face, 'id');
    expect([...english.get(face)!.keys()].filter((key) => !indonesian.has(key))).toEqual([]);
    expect([...indonesian.keys()].filter((key) => !english.get(face)!.has(key))).toEqual([]);
  });

  it.each(FACES)('mention the same facts in both languages: %s', (face) => {
    const indonesian = words(face, 'id');
    const different = [...english.get(face)!].filter(
      ([key, text]) => String(placeholders(text)) !== String(placeholders(indonesian.get(key) ?? '')),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });

  it.each(FACES)('are translated, not copied: %s', (face) => {
    const indonesian = words(face, 'id');
    const sentences = [...english.get(face)!].filter(
      ([, text]) =>
        text
          .replaceAll(/\{\w+\}/g, '')
          .split(/\s+/)
          .filter((word) => /[a-z]{3}/i.test(word)).length > 3,
    );
    expect(sentences.filter(([key, text]) => indonesian.get(key) === text).map(([key]) => key)).toEqual([]);
  });

  it('exist for every key that the code asks for', () => {
    const missing: string[] = [];
    for (const { path, text } of files) {
      const face = faceOf(path);
      const known = [...english.get('shared')!.keys(), ...(face === 'shared' ? [] : english.get(face)!.keys())];
      for (const [, key] of text.matchAll(/\bte?\(\s*'([^']+)'/g)) if (!known.includes(key!)) missing.push(`${path}: ${key}`);
      for (const [, template] of text.matchAll(/\bte?\(\s*`([^`]+)`/g)) {
        const pattern = patternOf(template!);
        if (!known.some((key) => pattern.test(key))) missing.push(`${path}: ${template}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('say what each refusal means and what to do about it', () => {
    // 404s share the words of NOT_FOUND and faults on our side those of INTERNAL.
    const own = Object.entries(ERRORS).filter(
      ([code, status]) => (status !== 404 && status < 500) || ['NOT_FOUND', 'INTERNAL', 'HOST_UNKNOWN', 'BUSY'].includes(code),
    );
    const silent = own.filter(([code]) => !['title', 'help'].every((part) => english.get('shared')!.has(`error.code.${code}.${part}`)));
    expect(silent.map(([code]) => code)).toEqual([]);
  });

  it('are all used', () => {
    const literals = new Set<string>();
    const patterns: RegExp[] = [];
    for (const { text } of files) {
      for (const [, literal] of text.matchAll(/'([a-z_]+(?:\.\w+)+)'/g)) literals.add(literal!);
      for (const [, template] of text.matchAll(/`([a-z_]+\.[^`\s]*\$\{[^`]*)`/g)) patterns.push(patternOf(template!));
    }
    const unused = FACES.flatMap((face) =>
      [...english.get(face)!.keys()]
        .filter((key) => !literals.has(key) && !patterns.some((pattern) => pattern.test(key)))
        .map((key) => `${face}: ${key}`),
    );
    expect(unused).toEqual([]);
  });
});

interface Node {
  readonly type: number;
  readonly content?: unknown;
  readonly props?: readonly { type: number; name: string; value?: { content: string } }[];
  readonly children?: readonly Node[];
}
const TEXT = 2;
const STATIC_ATTRIBUTE = 6;
const SPOKEN = ['label', 'title', 'placeholder', 'aria-label', 'alt', 'help', 'text', 'description', 'submit', 'hint'];
describe('why a login was refused', () => {
  const policies = join(__dirname, '../../freeradius/raddb/policy.d');
  const written = readdirSync(policies)
    // Names of counters, seen by nobody but machines.
    .filter((file) => file !== 'reject_count')
    .flatMap((file) => [...readFileSync(join(policies, file), 'utf8').matchAll(/&Jala-Reason := "([^"]+)"/g)].map(([, words]) => words!))
    // An operator's own words.
    .filter((words) => words !== '%{reply:Reply-Message}');

  it('is said in the reader’s language, whatever the RADIUS server writes', () => {
    expect(written.length).toBeGreaterThan(15);
    const said = written.map((words) => words.replaceAll(/%\{(?:[^{}]|\{[^{}]*\})*\}/g, '3'));
    expect(said.filter((reason) => readReason(reason) === undefined)).toEqual([]);
    const keys = said.map((reason) => `login_reason.${readReason(reason)!.key}`);
    expect(keys.filter((key) => !english.get('tenant')!.has(key))).toEqual([]);
  });

  it('keeps what the reason names', () => {
    expect(readReason('expired 3 h ago')).toEqual({ key: 'expired_ago', seconds: 10_800 });
    expect(readReason('outside the login hours (Wk0800-1700,Sa)')).toEqual({ key: 'login_hours', text: 'Wk0800-1700,Sa' });
    expect(readReason('too many devices (2 of 2 online)')).toEqual({ key: 'too_many_devices', n: '2', of: '2' });
    expect(readReason('Pay at the counter')).toBeUndefined();
  });
});

/** Names, and examples of what is typed, that are the same in every language. */
const NAMES = /^(Jala|RADIUS|WhatsApp|K|\d+ ?[MG]B?|[−+·–/|…→×%])*$/;

function rawTexts(node: Node): string[] {
  const own = node.type === TEXT && typeof node.content === 'string' && /\p{L}/u.test(node.content) ? [node.content.trim()] : [];
  const attributes = (node.props ?? []).filter(
    (prop) => prop.type === STATIC_ATTRIBUTE && SPOKEN.includes(prop.name) && /\p{L}/u.test(prop.value?.content ?? ''),
  );
  return [...own, ...attributes.map((prop) => prop.value!.content), ...(node.children ?? []).flatMap(rawTexts)].filter(
    (text) => !NAMES.test(text),
  );
}

describe('components', () => {
  const components = files.filter(({ path }) => path.endsWith('.vue'));

  it('speak only through the message files', () => {
    const spoken = components.flatMap(({ path, text }) => {
      const ast = parseComponent(text).descriptor.template?.ast as Node | undefined;
      return ast ? rawTexts(ast).map((raw) => `${path}: ${raw}`) : [];
    });
    expect(spoken).toEqual([]);
  });

  it('name no colour: those are in tokens.css', () => {
    const coloured = files.filter(
      ({ path, text }) =>
        /\.(vue|ts)$/.test(path) &&
        /#[0-9a-f]{6}\b|\brgba?\(|\bhsla?\(|oklch\(|\b(?:bg|text|border)-(?:red|green|blue|gray|slate|zinc|amber|teal|white|black)\b/i.test(
          text,
        ),
    );
    expect(coloured.map(({ path }) => path)).toEqual([]);
  });

  it('stay small enough to be read at once', () => {
    expect(components.filter(({ text }) => text.split('\n').length > 250).map(({ path }) => path)).toEqual([]);
  });
});
