import { useI18n } from 'vue-i18n';
import { formatDuration } from '@/shared/format';
import { readReason } from './reasons';

/** Why a login was refused, in the reader's language. Words of an operator's own rows are shown as they are. */
export function useLoginReason(): (reason: string | null | undefined) => string {
  const { t } = useI18n();
  return (reason) => {
    if (!reason) return t('login_reason.unknown');
    const known = readReason(reason);
    if (!known) return reason;
    const { key, n = '', of = '', text = '', seconds } = known;
    return t(`login_reason.${key}`, { n, of, text, time: seconds === undefined ? '' : formatDuration(seconds) });
  };
}
