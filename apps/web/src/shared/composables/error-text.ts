import { useI18n } from 'vue-i18n';
import type { ApiError, FieldProblem } from '@/api/problem';
import { formatDuration } from '../format';

/** What a refused request says to a person: what happened, and what to do. Known codes are translated, others use the server's words. */
export function useErrorText() {
  const { t, te, locale } = useI18n();
  const known = (key: string) => te(key, locale.value) || te(key, 'en');

  function errorTitle(error: ApiError): string {
    if (known(`error.code.${error.code}.title`)) return t(`error.code.${error.code}.title`);
    if (error.status === 404) return t('error.code.NOT_FOUND.title');
    return t('error.code.INTERNAL.title');
  }

  function errorHelp(error: ApiError): string {
    if (error.code === 'THROTTLED' && error.retryAfterSeconds) {
      return t('error.throttled_for', { time: formatDuration(error.retryAfterSeconds) });
    }
    if (known(`error.code.${error.code}.help`)) return t(`error.code.${error.code}.help`);
    if (error.status === 404) return t('error.code.NOT_FOUND.help');
    return error.detail ?? t('error.code.INTERNAL.help');
  }

  /** One line, for a form or a toast. */
  function errorLine(error: ApiError): string {
    return known(`error.code.${error.code}.title`) || !error.detail ? `${errorTitle(error)}. ${errorHelp(error)}` : error.detail;
  }

  /** A code such as `format` says more with the field's name: `slug_format`. */
  function fieldText(problem: FieldProblem, field = ''): string {
    const special = `error.field.${field}_${problem.code}`;
    if (field && known(special)) return t(special);
    return known(`error.field.${problem.code}`) ? t(`error.field.${problem.code}`) : problem.message;
  }

  return { errorTitle, errorHelp, errorLine, fieldText };
}
