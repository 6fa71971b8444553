import { defineConfig } from 'vite';

/** The dashboard: static assets for the Worker. The Worker itself is bundled by wrangler, not by Vite. */
export default defineConfig({
  root: 'src/dashboard',
  publicDir: '../../public',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy has no data: source, so nothing may be inlined as one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    // `npm start` serves the API; this makes `npx vite` a front end with hot reload for it.
    proxy: { '/api': 'http://127.0.0.1:8787', '/ws': { target: 'ws://127.0.0.1:8787', ws: true } },
  },
});
