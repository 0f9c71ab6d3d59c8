import { ref } from 'vue';
import type { Router } from 'vue-router';
import { forget } from '@/api/access';
import { client } from '@/api/client';
import { queryClient } from './query-client';

/** Whoever leaves by choice is not led back to where they were. */
export const signingOut = ref(false);

/** Ends this session, or all of this account's. Leaves nothing of it in memory. */
export async function signOut(router: Router, { everywhere = false } = {}): Promise<void> {
  // Without an answer the session is forgotten here all the same; its tokens run out by themselves.
  await (everywhere ? client.POST('/api/logout/everywhere', {}) : client.POST('/api/logout', {})).catch(() => undefined);
  signingOut.value = true;
  forget();
  queryClient.clear();
  await router.push({ name: 'login' });
  signingOut.value = false;
}
