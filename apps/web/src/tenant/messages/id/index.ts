import { byFileName } from '@/shared/i18n/by-file-name';

export default byFileName(import.meta.glob('./*.json', { eager: true, import: 'default' }));
