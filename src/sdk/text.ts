/** Query and fragment of every address in a text, where visitors' data is; `:line:column` behind it stays, as stack frames have it. */
const QUERIES = /([a-z]:\/\/[^\s?#)]*)[?#][^\s)]*?(?=(:\d+)*(?:[\s)]|$))/gi;

export const withoutQueries = (text: string): string => {
  return text.replace(QUERIES, '$1');
};

/** Random UUID (RFC 9562, version 4); `crypto.randomUUID` is only there on secure pages. */
export const uuid = (): string =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    // One random hexadecimal digit: of the variant's place (8) only two bits are chance.
    (+digit ^ ((crypto.getRandomValues(new Uint8Array(1))[0] as number) & (15 >> (+digit / 4)))).toString(16),
  );
