import type { Locale } from '@jala/contracts';
import { createI18n } from 'vue-i18n';

export const LOCALES: readonly Locale[] = ['en', 'id'];
const STORED = 'jala.locale';

/** Loads one area's messages in one language; an area is what a face or the frame needs at once. */
export type MessageLoader = (locale: Locale) => Promise<{ default: Record<string, unknown> }>;

export const i18n = createI18n<false>({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: {},
  missingWarn: import.meta.env.DEV,
  fallbackWarn: import.meta.env.DEV,
});

const loaders: MessageLoader[] = [];
const loaded = new Set<string>();

async function load(loader: MessageLoader, locale: Locale): Promise<void> {
  const key = `${loaders.indexOf(loader)}:${locale}`;
  if (loaded.has(key)) return;
  const { default: messages } = await loader(locale);
  i18n.global.mergeLocaleMessage(locale, messages as Parameters<typeof i18n.global.mergeLocaleMessage>[1]);
  loaded.add(key);
}

/** Adds an area. Resolves when its messages in the current language are there. */
export async function addMessages(loader: MessageLoader): Promise<void> {
  if (!loaders.includes(loader)) loaders.push(loader);
  await load(loader, currentLocale());
}

export function currentLocale(): Locale {
  return i18n.global.locale.value as Locale;
}

export async function setLocale(locale: Locale, { remember }: { remember: boolean }): Promise<void> {
  await Promise.all(loaders.map((loader) => load(loader, locale)));
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
  if (!remember) return;
  try {
    localStorage.setItem(STORED, locale);
  } catch {
    // Without storage the choice lasts until the tab is closed.
  }
}

export function rememberedLocale(): Locale | undefined {
  try {
    const stored = localStorage.getItem(STORED);
    return LOCALES.find((locale) => locale === stored);
  } catch {
    return undefined;
  }
}

/** What the browser asks for, of what we speak. */
export function browserLocale(): Locale | undefined {
  // Browsers on older systems still say `in` for Indonesian.
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase().replace('in', 'id'));
  return wanted.map((tag) => LOCALES.find((locale) => locale === tag)).find(Boolean);
}
