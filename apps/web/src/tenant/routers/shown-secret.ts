import { shallowRef } from 'vue';

/** The secret of the router that was just created, on its way to the page that shows it once. Never stored anywhere. */
const fresh = shallowRef<{ routerId: number; secret: string }>();

export function showSecretOnce(routerId: number, secret: string): void {
  fresh.value = { routerId, secret };
}

export function takeSecret(routerId: number): string | undefined {
  const secret = fresh.value?.routerId === routerId ? fresh.value.secret : undefined;
  fresh.value = undefined;
  return secret;
}
