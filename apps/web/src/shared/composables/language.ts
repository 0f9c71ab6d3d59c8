import type { Locale } from '@jala/contracts';
import { signedInUser } from '@/api/access';
import { client } from '@/api/client';
import { setLocale } from '../i18n';

/** Switches at once; the account follows, so that the next device and the mails speak it too. */
export async function chooseLanguage(locale: Locale): Promise<void> {
  await setLocale(locale, { remember: true });
  if (!signedInUser.value || signedInUser.value.locale === locale) return;
  signedInUser.value = { ...signedInUser.value, locale };
  // What is on the screen does not depend on it, so its failure is not worth an interruption.
  await client.PATCH('/api/me', { body: { locale } }).catch(() => undefined);
}
