import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const api = process.env.JALA_WEB_API ?? 'http://127.0.0.1:7600';
// The Host header goes through untouched: it decides which tenant answers.
const toApi = { target: api, changeOrigin: false };

/** Compressed once here, at the highest level, instead of at every request: the platform sends the ready files. */
function precompress(): Plugin {
  let outDir = '';
  return {
    name: 'jala-precompress',
    apply: 'build',
    configResolved: (config) => void (outDir = config.build.outDir),
    closeBundle() {
      for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
        if (!/^(?!\.vite).*\.(js|css|svg)$/.test(name)) continue;
        const file = join(outDir, name);
        const content = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}

export default defineConfig({
  root: here('.'),
  plugins: [vue(), tailwindcss(), precompress()],
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
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page needs, in one request instead of a dozen; it changes only when a package does.
            { name: 'vendor', test: /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify|@tanstack|openapi-fetch)\// },
            { name: 'icons', test: /node_modules\/@lucide\// },
          ],
        },
      },
    },
  },
});
