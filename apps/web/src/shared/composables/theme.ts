import { usePreferredDark } from '@vueuse/core';
import { computed, ref, watchEffect } from 'vue';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const STORED = 'jala.theme';

function remembered(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(STORED)) ?? 'system';
  } catch {
    return 'system';
  }
}

export const theme = ref<Theme>(remembered());

export function setTheme(next: Theme): void {
  theme.value = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Without storage the choice lasts until the tab is closed.
  }
}

/** Called once; keeps the document in step with the choice and with the system. */
export function followTheme(): void {
  const prefersDark = usePreferredDark();
  const effective = computed(() => (theme.value === 'system' ? (prefersDark.value ? 'dark' : 'light') : theme.value));
  watchEffect(() => {
    document.documentElement.dataset.theme = effective.value;
    const bar = document.querySelector('meta[name="theme-color"]');
    bar?.setAttribute('content', getComputedStyle(document.documentElement).getPropertyValue('--surface').trim());
  });
}
