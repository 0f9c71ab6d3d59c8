import { shallowRef } from 'vue';

/** A login that can be read once: on its way from where it was made to the dialog that shows it. Never stored anywhere. */
export interface Credentials {
  customerId: number;
  name: string;
  username: string;
  password: string;
  plan: string;
  serviceType: string;
}

export const credentials = shallowRef<Credentials | null>(null);
