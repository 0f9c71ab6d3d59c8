import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const api = process.env.JALA_WEB_API ?? 'http://127.0.0.1:7600';
// The Host header goes through untouched: it decides which tenant answers.
const toApi = { target: api, changeOrigin: false };

export default defineConfig({
  root: here('.'),
  plugins: [vue(), tailwindcss()],
  resolve: {
    alias: {
      '@jala/contracts': here('../../libs/contracts/index.ts'),
      '@': here('./src'),
    },
  },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  server: { proxy: { '/api': toApi, '/metrics': toApi } },
  preview: { proxy: { '/api': toApi } },
  build: {
    outDir: here('../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Inlining would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    manifest: true,
    // The policy allows scripts from the platform only, so the polyfill's inline script must not exist.
    modulePreload: { polyfill: false },
  },
});
