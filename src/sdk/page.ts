/** What this SDK has put on the page, and how it is taken away again. */
import { attempt } from './attempt.ts';
import { lose } from './lost.ts';

let onPage = new AbortController();
/** False once anything was taken away: what came before the first `init` was told by it, and a second one would tell it again. */
export let isFirst = true;

/** The same, but what goes wrong in it is counted, and no business of the page. */
export const guarded = <A extends unknown[]>(action: (...args: A) => void): ((...args: A) => void) => {
  return (...args) => {
    try {
      action(...args);
    } catch {
      lose('internal');
    }
  };
};

export const onRestore = (step: () => void): void => {
  onPage.signal.addEventListener('abort', step);
};

export const listen = <E extends Event>(target: EventTarget, type: string, action: (event: E) => void): void => {
  target.addEventListener(type, guarded(action) as EventListener, { capture: true, signal: onPage.signal });
};

/** Entries of a type, those from before the first `init` as well; nothing where the browser has no such type. */
export const observe = <E extends PerformanceEntry>(type: string, action: (entry: E) => void): void => {
  attempt(() => {
    const observer = new PerformanceObserver(guarded((list) => (list.getEntries() as E[]).forEach(action)));
    // The console of the page would tell of a type that is not known.
    if (PerformanceObserver.supportedEntryTypes.includes(type)) observer.observe({ type, buffered: isFirst });
    onRestore(() => observer.disconnect());
  });
};

export const restorePage = (): void => {
  onPage.abort();
  onPage = new AbortController();
  isFirst = false;
};
