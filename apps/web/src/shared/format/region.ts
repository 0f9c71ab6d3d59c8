import { computed, ref } from 'vue';
import { currentLocale } from '../i18n';

export interface Region {
  /** Decides how numbers and dates are written. */
  locale: 'en' | 'id';
  timezone: string;
  currency: string;
}

/** The tenant's zone, currency and way of writing numbers. The platform host has none of its own: the browser's zone is used. */
const tenantRegion = ref<Region>();

export function setRegion(region: Region | undefined): void {
  tenantRegion.value = region;
}

export const region = computed<Region>(
  () => tenantRegion.value ?? { locale: currentLocale(), timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, currency: 'IDR' },
);

/** Day and month order of Indonesia and of British English: American dates are read wrongly in both. */
export const TAGS = { en: 'en-GB', id: 'id-ID' } as const;
export const numberTag = computed(() => TAGS[region.value.locale]);
