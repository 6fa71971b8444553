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
export const toldErrors = new Set<string>();

const report = (level: string, type: string, text: string, attrs: JsonObject): void => {
  const message = withoutQueries(text.slice(0, MESSAGE_CHARS));
  const same = [type, message, attrs.stack].join();
  if (toldErrors.has(same)) lose('repeated');
  else if (toldErrors.size === MOST_ERRORS) lose('flood');
  else {
    toldErrors.add(same);
    record({ stream: 'errors', level, type, message, attrs });
  }
};

/** Anything can be thrown, and an Error of a frame is none of ours. Of an object that is no error nothing is read but its tag, as it may be a visitor's. */
export const capture = (thrown: unknown, mechanism: string, place?: string, more?: JsonObject): void => {
  const tag = {}.toString.call(thrown);
  const isError = /Error]|DOMEx/.test(tag);
  const {
    name = 'Error',
    message = thrown === Object(thrown) ? tag : thrown,
    stack = place,
  } = (isError ? thrown : {}) as Partial<Error>;
  report('error', `${name}`, `${message}`, {
    ...more,
    mechanism,
    handled: mechanism === 'capture',
    stack: withoutQueries(`${stack ?? ''}`.slice(0, STACK_CHARS)),
  });
};

/** Errors that nobody caught, and resources that did not load. Stacks go as text: the server reads them, with its source maps. */
export const watchErrors = (): void => {
  listen(window, 'error', (event: ErrorEvent) => {
    const { error, message, filename, lineno, colno, target } = event;
    const { localName, src, href } = target as HTMLImageElement & HTMLLinkElement;
    const url = src || href;
    if (filename !== undefined) capture(error ?? message, 'onerror', `at ${filename}:${lineno}:${colno}`);
    // Else nothing was loaded, or the page's own data.
    else if (/^http/.test(url))
      report('warn', 'ResourceError', `${localName} did not load: ${url}`, { mechanism: 'resource', handled: false });
  });
  listen(window, 'unhandledrejection', ({ reason }: PromiseRejectionEvent) => capture(reason, 'unhandledrejection'));
};
