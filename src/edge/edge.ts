import { DEFAULT_BROWSER_RULES } from '../wire/browser.ts';
import type { BrowserClient } from './browser.ts';
import { type CompiledRules, compileRules } from './page-rules.ts';

/** What records are shaped by, besides what they say. */
export interface Edge {
  /** Of a sender whose key is bound to origins; null for servers, which pass on what others measured. */
  browser: BrowserClient | null;
  rules: CompiledRules;
}

export const NO_EDGE: Edge = { browser: null, rules: compileRules(DEFAULT_BROWSER_RULES) };
