import { useI18n } from 'vue-i18n';
import type { TimelineEntry } from '@/api/models';

type Coa = NonNullable<TimelineEntry['coa']>;

/** What a router was asked and what it said, as one would tell it on the phone. */
export function useCoaWords() {
  const { t, te } = useI18n();
  return {
    title: (coa: Coa) => t(`coa.${coa.request}_${coa.answer}`),
    cause: ({ error_cause: cause }: Coa) => {
      if (cause === null) return '';
      return te(`coa_cause.${cause}`) ? t(`coa_cause.${cause}`) : t('coa.cause_number', { n: cause });
    },
    /** Reasons that have no words yet are shown as they are noted. */
    reason: ({ reason }: Coa) =>
      te(`coa_reason.${reason.replaceAll('-', '_')}`) ? t(`coa_reason.${reason.replaceAll('-', '_')}`) : reason,
  };
}
