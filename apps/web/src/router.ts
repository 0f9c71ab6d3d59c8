import type { Audience, Permission } from '@jala/contracts';
import { nextTick } from 'vue';
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router';
import { signedInUser } from './api/access';
import { face } from './shared/frame/current-face';
import { addMessages } from './shared/i18n';

declare module 'vue-router' {
  interface RouteMeta {
    /** Reachable without login. */
    public?: boolean;
    permission?: Permission;
  }
}

const FACES = {
  platform: () => import('./admin').then((module) => module.platformFace),
  tenant: () => import('./tenant').then((module) => module.tenantFace),
} as const;

const routes: RouteRecordRaw[] = [
  { path: '/login', name: 'login', component: () => import('./auth/LoginPage.vue'), meta: { public: true } },
  { path: '/forgot-password', name: 'forgot-password', component: () => import('./auth/ForgotPasswordPage.vue'), meta: { public: true } },
  { path: '/reset-password', name: 'reset-password', component: () => import('./auth/ResetPasswordPage.vue'), meta: { public: true } },
  { path: '/dev/mails', name: 'dev-mails', component: () => import('./dev/MailsPage.vue'), meta: { public: true } },
  {
    path: '/',
    name: 'app',
    component: () => import('./AppShell.vue'),
    children: [
      { path: '', name: 'home', component: () => import('./shared/pages/HomePage.vue') },
      { path: 'account', name: 'account', component: () => import('./account/AccountPage.vue') },
      { path: ':path(.*)*', name: 'not-found', component: () => import('./shared/pages/NotFoundPage.vue') },
    ],
  },
];

export function createAppRouter(audience: Audience): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  });

  router.beforeEach(async (to) => {
    if (to.name === 'login' && signedInUser.value) return { name: 'home' };
    if (to.meta.public) return true;
    if (!signedInUser.value) return { name: 'login', query: to.path === '/' ? {} : { next: to.fullPath } };
    if (!face.value) {
      const loaded = await FACES[audience]();
      await addMessages(loaded.messages);
      for (const route of loaded.routes) router.addRoute('app', route);
      face.value = loaded;
      return to.fullPath;
    }
    return to.name === 'home' ? face.value.home(signedInUser.value) : true;
  });

  router.afterEach((to, from) => {
    // Reading starts at the new page's content, not wherever the pressed link was.
    if (from.matched.length > 0 && to.path !== from.path)
      void nextTick(() => document.getElementById('content')?.focus({ preventScroll: true }));
  });

  // After an update the old chunks are gone; the new page is one load away. Once, so that a broken server does not loop.
  router.onError((error: unknown, to) => {
    if (!/dynamically imported module|preload/i.test(String(error)) || sessionStorage.getItem('jala.reloaded') === to.fullPath) return;
    sessionStorage.setItem('jala.reloaded', to.fullPath);
    location.assign(to.fullPath);
  });
  return router;
}
