import { toldErrors } from './errors.ts';
import { reportLongTasks } from './long-tasks.ts';
import { guarded, listen, onRestore } from './page.ts';
import { pageOf, record } from './recorder.ts';

/** A record for each page view: of the document, and of each other page that its script shows. */
export const watchPageViews = (): void => {
  let page = pageOf(location.href);

  const view = (navigationType: string) => {
    toldErrors.clear(); // a new page view: what has been told may be told again
    record({ stream: 'logs', type: 'pageview', message: page, attrs: { navigationType } });
  };

  const turned = guarded(() => {
    const now = pageOf(location.href);
    if (now === page) return;
    reportLongTasks(page);
    page = now;
    view('soft-navigation');
  });

  const { navigation } = window as { navigation?: EventTarget };
  listen(navigation ?? window, navigation ? 'currententrychange' : 'popstate', turned);
  // Without the Navigation API nobody tells. The page gets its functions back as they were, unless somebody has wrapped ours since.
  for (const name of navigation ? [] : (['pushState', 'replaceState'] as const)) {
    const original = history[name];
    const wrapped: typeof original = (...args) => {
      original.apply(history, args);
      turned();
    };
    history[name] = wrapped;
    onRestore(() => {
      if (history[name] === wrapped) history[name] = original;
    });
  }
  listen(window, 'pageshow', ({ persisted }: PageTransitionEvent) => persisted && view('back-forward-cache'));
  view(performance.getEntriesByType('navigation')[0]?.type.replace('_', '-') ?? 'navigate');
};
