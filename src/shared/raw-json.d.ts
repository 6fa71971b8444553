/** ES2025 source text access (V8 11.4); TypeScript 7.0 has no types for it yet. */
interface JSON {
  rawJSON(text: string): { rawJSON: string };
  isRawJSON(value: unknown): value is { rawJSON: string };
  // biome-ignore lint/suspicious/noExplicitAny: the signature that lib.es5 uses for revivers
  parse(text: string, reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown): any;
}
