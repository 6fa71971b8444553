import type { JsonObject } from '../wire/record.ts';
import { lose } from './lost.ts';
import { listen } from './page.ts';
import { record } from './recorder.ts';
import { withoutQueries } from './text.ts';

const MESSAGE_CHARS = 1_000;
const STACK_CHARS = 8_000;
/** Different errors of one page view: a page that makes more is broken in one way, not in so many. */
const MOST_ERRORS = 50;

/** Those of this page view. */
const told = new Set<string>();

/** A new page view: what has been told may be told again. */
export const forgetErrors = (): void => {
  told.clear();
};

const report = (level: string, type: string, text: string, attrs: JsonObject): void => {
  const message = withoutQueries(text).slice(0, MESSAGE_CHARS);
  const same = [type, message, attrs.stack].join();
  if (told.has(same)) lose('repeated');
  else if (told.size === MOST_ERRORS) lose('flood');
  else {
    told.add(same);
    record({ stream: 'errors', level, type, message, attrs });
  }
};

/** Anything can be thrown, and an Error of a frame is none of ours. Of an object that is no error, its text tells nothing about a visitor. */
export const capture = (thrown: unknown, mechanism: string, more?: JsonObject, place?: string): void => {
  const { name = 'Error', message = thrown, stack = place } = Object(thrown) as Partial<Error>;
  report('error', `${name}`, `${message}`, {
    ...more,
    stack: withoutQueries(`${stack ?? ''}`).slice(0, STACK_CHARS),
    mechanism,
    handled: mechanism === 'capture',
  });
};

/** Errors that nobody caught, and resources that did not load. Stacks go as text: the server reads them, with its source maps. */
export const watchErrors = (): void => {
  listen(window, 'error', (event: ErrorEvent) => {
    const { error, message, filename, lineno, colno, target } = event;
    const { localName, src, href } = target as HTMLImageElement & HTMLLinkElement;
    const url = src || href;
    if (filename !== undefined) capture(error ?? message, 'onerror', {}, `at ${filename}:${lineno}:${colno}`);
    // Else nothing was loaded, or the page's own data.
    else if (/^http/.test(url))
      report('warn', 'ResourceError', `${localName} did not load: ${url}`, { mechanism: 'resource', handled: false });
  });
  listen(window, 'unhandledrejection', ({ reason }: PromiseRejectionEvent) => capture(reason, 'unhandledrejection'));
};
