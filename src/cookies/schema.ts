import * as z from 'zod';

export const MAX_LINES = 50;
/** A browser ignores what has more than 4,096 octets of name and value, or 1,024 of an attribute: this is enough to be told so. */
const MAX_LINE_CHARS = 16_384;

export const lintSchema = z.lazy(() =>
  z.strictObject({
    setCookie: z
      .array(z.string('must be a text').max(MAX_LINE_CHARS, `must have at most ${MAX_LINE_CHARS} characters`))
      .min(1, 'must have at least 1 line')
      .max(MAX_LINES, `must have at most ${MAX_LINES} lines`),
    /** Of the response: a cookie of any other scheme is nobody's. */
    url: z.string('must be a text').refine(isHttpUrl, 'must be an http or https URL'),
    thirdParty: z.boolean('must be true or false').default(false),
  }),
);

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol);
}
