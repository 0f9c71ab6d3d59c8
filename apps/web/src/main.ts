import { VueQueryPlugin } from '@tanstack/vue-query';
import { createApp } from 'vue';
import { resume, signedInUser } from './api/access';
import { client, ok } from './api/client';
import { asApiError } from './api/problem';
import App from './App.vue';
import { createAppRouter } from './router';
import { queryClient } from './shared/composables/query-client';
import { setRegion } from './shared/format/region';
import { setContext } from './shared/frame/product';
import { addMessages, browserLocale, i18n, rememberedLocale, setLocale } from './shared/i18n';
import { sharedMessages } from './shared/messages';
import StartFailure from './StartFailure.vue';
import './shared/theme.css';

/** Everything that must be known before the first page: who this host speaks for, and whether somebody is logged in. */
async function start(): Promise<void> {
  const [context] = await Promise.all([ok(client.GET('/api/context', {})), resume().catch(() => undefined), addMessages(sharedMessages)]);
  setContext(context);
  setRegion(context.tenant);
  await setLocale(rememberedLocale() ?? signedInUser.value?.locale ?? context.tenant?.locale ?? browserLocale() ?? 'en', {
    remember: false,
  });
  createApp(App).use(createAppRouter(context.audience)).use(i18n).use(VueQueryPlugin, { queryClient }).mount('#app');
}

start().catch(async (error: unknown) => {
  await addMessages(sharedMessages);
  await setLocale(rememberedLocale() ?? browserLocale() ?? 'en', { remember: false });
  createApp(StartFailure, { error: asApiError(error) })
    .use(i18n)
    .mount('#app');
});
