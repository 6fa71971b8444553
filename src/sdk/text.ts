/**
 * Query and fragment of every address and path in a text, where visitors' data is: to the next space, as `)` and quotes may be part of them. `:line:column`
 * and what closes a stack frame stay. It looks back from each mark, to the one before at most: else many slashes would take time in their square.
 */
const QUERIES = /(?<=\/[^\s?#]*)[?#]\S*?(?=(:\d+){0,2}\)?,?(\s|$))/g;

export const withoutQueries = (text: string): string => {
  return text.replace(QUERIES, '');
};

/** Random UUID (RFC 9562, version 4); `crypto.randomUUID` is only there on secure pages. */
export const uuid = (): string =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    // One random hexadecimal digit: of the variant's place (8) only two bits are chance.
    (+digit ^ ((crypto.getRandomValues(new Uint8Array(1))[0] as number) & (15 >> (+digit / 4)))).toString(16),
  );
