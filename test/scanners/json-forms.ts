/** Forms for what takes JSON: a scanner that crawls pages and knows no other requests than theirs is led to an API by them. */
import type { ListedRequest } from '../conformance/listed-requests.ts';
import type { Sent } from './relay.ts';

export interface JsonForms {
  /** One for each request, with a field for each value of its body. */
  page: string;
  fields: number;
  /** What a form sends, as the request that it stands for. */
  toJson(sent: Sent): Sent;
}

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const FORM = /^\/forms\/(\d+)$/;

export function jsonForms(
  requests: readonly ListedRequest[],
  headersOf: (request: ListedRequest) => Record<string, string>,
): JsonForms {
  const bodies = requests.map(({ body }) => JSON.parse(body ?? 'null') as Json);
  const forms = bodies.map((body, i) => {
    // Hidden ones keep their values, which others lose where a name looks like that of a password.
    const fields = leavesOf(body).map(
      ([pointer, value]) => `<input type="hidden" name="${escaped(pointer)}" value="${escaped(String(value))}">`,
    );
    return { fields, html: `<form method="post" action="/forms/${i}">${fields.join('')}</form>` };
  });
  return {
    page: `<!doctype html><title>Requests</title>${forms.map(({ html }) => html).join('')}`,
    fields: forms.reduce((sum, { fields }) => sum + fields.length, 0),
    toJson(sent) {
      const [, index] = FORM.exec(new URL(sent.path, 'http://localhost').pathname) ?? [];
      const request = requests[Number(index)];
      const body = bodies[Number(index)];
      if (request === undefined || body === undefined) return sent;
      const given = new URLSearchParams(sent.body.toString());
      const headers = { 'content-type': 'application/json', ...request.headers, ...headersOf(request) };
      return {
        ...{ method: request.method, path: request.path, headers },
        body: Buffer.from(JSON.stringify(filled(body, given))),
      };
    },
  };
}

/** Each value that is none of others, by its JSON pointer. */
export function leavesOf(value: Json, pointer = ''): [string, Json][] {
  if (typeof value !== 'object' || value === null) return [[pointer, value]];
  return Object.entries(value).flatMap(([name, part]) => leavesOf(part, `${pointer}/${name}`));
}

/** What was not changed is what it was, a number too. */
function filled(value: Json, given: URLSearchParams, pointer = ''): Json {
  if (Array.isArray(value)) return value.map((part, i) => filled(part, given, `${pointer}/${i}`));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, filled(part, given, `${pointer}/${name}`)]),
    );
  const text = given.get(pointer);
  return text === null || text === String(value) ? value : text;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
