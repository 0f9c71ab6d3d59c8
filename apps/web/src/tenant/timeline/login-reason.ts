import { useI18n } from 'vue-i18n';

/** What the RADIUS server writes when it refuses somebody (freeradius/raddb/policy.d), and the message that says it. */
const REASONS: readonly [pattern: RegExp, key: string][] = [
  [/^wrong password/, 'wrong_password'],
  [/^suspended/, 'suspended'],
  [/^expired|validity/, 'expired'],
  [/quota/, 'quota'],
  [/^locked to another device/, 'other_device'],
  [/^too many devices/, 'too_many_devices'],
  [/^no such user/, 'unknown_user'],
  [/^no password is set/, 'no_password'],
  [/^no password was sent/, 'no_password_sent'],
  [/^(?:no|impossible) user name/, 'bad_username'],
  [/check row/, 'check_row'],
];

/** Why a login was refused, in the reader's language. Words of an operator's own rows are shown as they are. */
export function useLoginReason(): (reason: string | null | undefined) => string {
  const { t } = useI18n();
  return (reason) => {
    if (!reason) return t('login_reason.unknown');
    const known = REASONS.find(([pattern]) => pattern.test(reason.toLowerCase()));
    return known ? t(`login_reason.${known[1]}`) : reason;
  };
}
