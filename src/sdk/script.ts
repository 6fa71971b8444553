/** The script tag: `<script async src="https://…/api/js/client.min.js" data-key="bw_…"></script>` */
import { captureError, flush, identify, init, login, measure, shutdown, startEtl, subscribe, track } from './api.ts';
import { attempt } from './attempt.ts';
import type { InitOptions } from './options.ts';
import { guarded } from './page.ts';

const api = { captureError, flush, identify, init, login, measure, shutdown, startEtl, subscribe, track };

/** Until the script is there, calls may be put into an array of this name: `breakwater.push(['track', 'started'])`. */
type Call = [name: keyof typeof api, ...args: unknown[]];

declare global {
  var breakwater: Call[] | (typeof api & { push(call: Call): void }) | undefined;
}

attempt(() => {
  const early = globalThis.breakwater;
  if (early && !Array.isArray(early)) return; // a second tag
  const push = guarded(([name, ...args]: Call) => (api[name] as (...args: unknown[]) => void)(...args));
  globalThis.breakwater = Object.assign(api, { push });
  const { src, dataset } = document.currentScript as HTMLScriptElement;
  const { key, url = new URL(src).origin, sampleRate = 1, storage, service, release } = dataset;
  const asked = { key, url, service, release, sampleRate: Number(sampleRate), storage: storage !== 'false' };
  if (key) api.init(asked as InitOptions);
  early?.forEach(push);
});
