export { scrubAttrs, scrubText, siteOf } from './address.ts';
export { type BrowserClient, browserClient } from './browser.ts';
export { type Edge, NO_EDGE } from './edge.ts';
export { areRulesFresh, forgetRules, knownRules, rulesOf } from './known-rules.ts';
export { pageOf } from './page.ts';
export { type CompiledRules, compileRules } from './page-rules.ts';
