/** As the server has it, which also refuses common passwords. */
const SHORTEST = 10;

/** What the browser can say before the server decides. Length is what counts (NIST SP 800-63B §3.1.1). */
export function newPasswordProblem(password: string, t: (key: string) => string): string | undefined {
  if (!password) return t('error.field.required');
  return [...password].length < SHORTEST ? t('error.field.password_short') : undefined;
}
