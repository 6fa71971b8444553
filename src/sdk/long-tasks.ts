import { observe } from './page.ts';
import { record } from './recorder.ts';

/** Beyond it a task is long, and keeps input waiting (https://w3c.github.io/longtasks). */
const LONG_MS = 50;

let count = 0;
let value = 0;

/** Sums up what keeps a page view from answering. */
export const watchLongTasks = (): void => {
  observe('longtask', ({ duration }) => {
    count++;
    value += Math.round(duration - LONG_MS);
  });
};

/** As the page view ends, or may end. */
export const reportLongTasks = (page?: string): void => {
  if (count) record({ stream: 'metrics', attrs: { name: 'browser.blocked', unit: 'ms', value, count } }, page);
  count = value = 0;
};
