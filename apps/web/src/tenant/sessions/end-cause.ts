import { useI18n } from 'vue-i18n';

/** Acct-Terminate-Cause (RFC 2866, 5.10) as a person at the counter would say it. Unknown ones are shown as the router sent them. */
export function useEndCause(): (cause: string | null) => string {
  const { t, te, locale } = useI18n();
  return (cause) => {
    if (!cause) return '–';
    const key = `end_cause.${cause.toLowerCase().replaceAll(/[^a-z]+/g, '_')}`;
    return te(key, locale.value) ? t(key) : cause;
  };
}
