import { reactive } from 'vue';

export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

export const toasts = reactive<Toast[]>([]);
let lastId = 0;

/** Says that something worked. Errors are not toasts: they must not vanish before they are read. */
export function toast(text: string, action?: Toast['action']): void {
  const id = ++lastId;
  toasts.push({ id, text, action });
  if (toasts.length > 3) toasts.shift();
  setTimeout(() => dismissToast(id), action ? 8000 : 4500);
}

export function dismissToast(id: number): void {
  const index = toasts.findIndex((entry) => entry.id === id);
  if (index >= 0) toasts.splice(index, 1);
}
