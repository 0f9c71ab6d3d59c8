import { useI18n } from 'vue-i18n';

/** `tenant.suspended` → "Tenant suspended". An action without words is shown as it is recorded. */
export function useActivityWords() {
  const { t, te } = useI18n();
  const named = (group: string, key: string) => {
    const path = `activity.${group}.${key.replaceAll('.', '_')}`;
    return te(path) || te(path, 'en') ? t(path) : key;
  };
  return {
    action: (name: string) => named('action', name),
    role: (name: string) => (te(`role.${name}`) || te(`role.${name}`, 'en') ? t(`role.${name}`) : name),
    subject: (type: string) => named('subject', type),
  };
}
