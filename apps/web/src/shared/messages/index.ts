import type { MessageLoader } from '../i18n';

/** The words of the frame, the components and the pages that both faces have. */
export const sharedMessages: MessageLoader = (locale) => (locale === 'id' ? import('./id') : import('./en'));
