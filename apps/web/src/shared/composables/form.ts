import type { ErrorCode } from '@jala/contracts';
import { useEventListener } from '@vueuse/core';
import { computed, nextTick, reactive, ref, shallowRef, toRaw, type UnwrapNestedRefs } from 'vue';
import { useI18n } from 'vue-i18n';
import { onBeforeRouteLeave } from 'vue-router';
import { asApiError, type ApiError } from '@/api/problem';
import { confirm } from './confirm';
import { useErrorText } from './error-text';

type Errors<T> = Partial<Record<keyof T & string, string>>;

export interface FormOptions<T extends object> {
  initial: T;
  /** Field → message, for what the browser can know. Undefined values mean "fine". */
  validate?: (values: T) => { [K in keyof T]?: string | false | undefined };
  /** `false`: somebody thought better of it, and nothing was saved. */
  submit: (values: T) => Promise<unknown>;
  /** Refusals that are about one field although the server names none: `{ STAFF_EMAIL_TAKEN: 'email' }`. */
  fieldOf?: Partial<Record<ErrorCode, keyof T & string>>;
  /** Ask before leaving with unsaved changes. Off for small dialogs. */
  guard?: boolean;
}

/** What the fields of this design system give back. */
export type FieldValue = string | number | boolean | string[] | null | undefined;

/** What a field component binds: `<TextField v-bind="form.field('name')" :label="…" />`. */
export interface FieldBinding<V> {
  name: string;
  modelValue: V;
  error: string | undefined;
  'onUpdate:modelValue': (value: FieldValue) => void;
  onBlur: () => void;
  onInvalidText: (message: string | undefined) => void;
}

/**
 * A form: values, errors of this side (when a field is left, and on submit) and of the server (`errors` of the
 * problem, on their fields), busy while sending, and a guard against leaving with unsaved changes.
 */
export function useForm<T extends object>(options: FormOptions<T>) {
  const { t } = useI18n();
  const { errorLine, errorTitle, fieldText } = useErrorText();
  const values = reactive({ ...options.initial }) as UnwrapNestedRefs<T> & T;
  const saved = shallowRef<T>({ ...options.initial });
  const errors = reactive<Record<string, string | undefined>>({});
  /** Text in a field that is not what the field is for; the value itself stays what it was. */
  const unreadable = reactive<Record<string, string | undefined>>({});
  const typedIn = new Set<string>();
  const submitting = ref(false);
  const problem = shallowRef<ApiError>();
  const general = ref<string>();
  const dirty = computed(() => JSON.stringify(values) !== JSON.stringify(saved.value));

  const plain = (): T => structuredClone(toRaw(values)) as T;
  function check(): Errors<T> {
    const found: Record<string, string | undefined> = { ...unreadable };
    for (const [name, message] of Object.entries(options.validate?.(plain()) ?? {})) {
      if (message && !found[name]) found[name] = message as string;
    }
    return found as Errors<T>;
  }

  function field<K extends keyof T & string>(name: K): FieldBinding<T[K]> {
    return {
      name,
      modelValue: values[name] as T[K],
      error: errors[name],
      'onUpdate:modelValue': (value) => {
        typedIn.add(name);
        (values as T)[name] = value as T[K];
        delete errors[name];
        general.value = undefined;
      },
      onBlur: () => {
        // Passing through an empty field is no mistake yet, and a message that appears would move what is about to be pressed.
        if (typedIn.has(name)) errors[name] = check()[name];
      },
      onInvalidText: (message) => {
        typedIn.add(name);
        unreadable[name] = message;
        if (!message) delete errors[name];
      },
    };
  }

  async function submit(): Promise<boolean> {
    if (submitting.value) return false;
    const found = check();
    for (const name of new Set([...Object.keys(errors), ...Object.keys(found)])) errors[name] = found[name as keyof T & string];
    general.value = undefined;
    problem.value = undefined;
    if (Object.values(found).some(Boolean)) {
      focusFirstError();
      return false;
    }
    submitting.value = true;
    try {
      const sent = plain();
      saved.value = sent;
      if ((await options.submit(sent)) !== false) return true;
      saved.value = { ...options.initial };
      return false;
    } catch (error) {
      saved.value = { ...options.initial };
      receive(asApiError(error));
      return false;
    } finally {
      submitting.value = false;
    }
  }

  function receive(error: ApiError): void {
    problem.value = error;
    const unplaced: string[] = [];
    const named = error.code === 'OFFLINE' ? undefined : options.fieldOf?.[error.code];
    if (named) errors[named] = errorTitle(error);
    for (const [name, problems] of Object.entries(error.fields)) {
      const text = problems.map((problem) => fieldText(problem, name)).join(' ');
      if (name in values) errors[name] = text;
      else unplaced.push(text);
    }
    const placed = named !== undefined || Object.keys(error.fields).length > 0;
    general.value = placed ? unplaced.join(' ') || undefined : errorLine(error);
    if (placed) focusFirstError();
  }

  /** Takes these as the values that are saved: after loading, and after a successful save that stays on the page. */
  function reset(next: T): void {
    Object.assign(values, structuredClone(toRaw(next)));
    saved.value = structuredClone(toRaw(next));
    options.initial = saved.value;
    for (const name of Object.keys(errors)) delete errors[name];
    for (const name of Object.keys(unreadable)) delete unreadable[name];
    typedIn.clear();
    general.value = undefined;
  }

  if (options.guard) {
    const leave = () => confirm({ title: t('form.unsaved_title'), text: t('form.unsaved_text'), confirm: t('form.discard'), danger: true });
    onBeforeRouteLeave(async () => (dirty.value && !submitting.value ? leave() : true));
    useEventListener(window, 'beforeunload', (event) => {
      if (dirty.value && !submitting.value) event.preventDefault();
    });
  }

  return { values, errors, dirty, submitting, problem, general, field, submit, reset, receive };
}

function focusFirstError(): void {
  void nextTick(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
