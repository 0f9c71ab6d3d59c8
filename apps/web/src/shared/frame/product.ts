import { ref } from 'vue';
import type { Context } from '@/api/models';

/** Who this host speaks for: the tenant's own name, or the platform's. */
export const context = ref<Context>();
export const productName = ref('Jala');

export function setContext(next: Context): void {
  context.value = next;
  productName.value = next.tenant?.name ?? 'Jala';
}
