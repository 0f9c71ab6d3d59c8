import type { ValidityUnit } from '@jala/contracts';
import { useI18n } from 'vue-i18n';
import { formatCount } from '@/shared/format';

interface Terms {
  validity_value: number | null;
  validity_unit: ValidityUnit | null;
}

/** `30 days`, `1 month`, `no end`. */
export function useValidityText(): (terms: Terms) => string {
  const { t } = useI18n();
  return ({ validity_value: value, validity_unit: unit }) =>
    value === null || unit === null ? t('plans.no_end') : t(`plans.validity_${unit}`, { n: formatCount(value) }, value);
}
