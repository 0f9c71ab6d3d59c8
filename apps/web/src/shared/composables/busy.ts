import { ref } from 'vue';

/** Runs one action at a time and says whether it is running, for a button's `loading`. */
export function useBusy() {
  const busy = ref(false);
  async function during<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    try {
      return await work();
    } finally {
      busy.value = false;
    }
  }
  return { busy, during };
}
