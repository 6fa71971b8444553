import path from 'node:path';
import { defineConfig } from 'vite';

const MAIN = path.join(import.meta.dirname, 'src/dashboard/main.tsx');

/** What rolldown says of a module. */
interface Graph {
  getModuleInfo(id: string): { importers: readonly string[] } | null;
}

/** Whether the first page cannot do without a module: some chain of plain imports leads to it from the start. */
function isOfFirstPage(id: string, graph: Graph, seen = new Set<string>()): boolean {
  if (id === MAIN) return true;
  if (seen.has(id)) return false;
  seen.add(id);
  return graph.getModuleInfo(id)?.importers.some((importer) => isOfFirstPage(importer, graph, seen)) ?? false;
}

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
    rolldownOptions: {
      output: {
        // One script: left to itself, the bundler makes one of each part that some later page shares, and each packs worse alone.
        codeSplitting: {
          groups: [{ debugName: 'first page', name: (id, graph) => (isOfFirstPage(id, graph) ? 'first' : null) }],
        },
      },
    },
  },
  server: {
    // `npm start` serves the API; this makes `npx vite` a front end with hot reload for it.
    proxy: { '/api': 'http://127.0.0.1:8787', '/ws': { target: 'ws://127.0.0.1:8787', ws: true } },
  },
});
