import { shallowRef } from 'vue';

export interface Question {
  title: string;
  text: string;
  /** A verb: "Delete plan". */
  confirm: string;
  danger?: boolean;
  /** What must be typed when it cannot be undone. */
  typeName?: string;
  /** Runs while the dialog stays open with a busy button; what it throws is shown in the dialog. Receives the typed reason, if one was asked. */
  run?: (reason: string) => Promise<unknown>;
  /** Asks for a few words, e.g. why a tenant is suspended. */
  reason?: { label: string; required?: boolean };
}

export const question = shallowRef<(Question & { answer: (yes: boolean) => void }) | null>(null);

/** Asks before something is done. Resolves true when it was confirmed and, with `run`, done. */
export function confirm(asked: Question): Promise<boolean> {
  question.value?.answer(false);
  return new Promise((resolve) => {
    question.value = {
      ...asked,
      answer: (yes) => {
        question.value = null;
        resolve(yes);
      },
    };
  });
}
