import { type BrowserRules, MAX_PAGE_CHARS } from '../wire/browser.ts';

/** Of a rule; pages may be as deep. */
const MAX_RULE_SEGMENTS = 12;

/** A rule, read: `null` is a segment of any text. */
interface PageRule {
  pattern: string;
  segments: readonly (string | null)[];
  /** It ends in `*`: one more segment at least, and any number of them. */
  isOpen: boolean;
}

/** The rules of a project, in the form in which records are held against them. */
export interface CompiledRules {
  readonly pages: readonly PageRule[];
  /** Patterns, which as pages are what they are: a page that is normalised twice stays the same. */
  readonly patterns: ReadonlySet<string>;
  readonly dropBots: boolean;
}

/**
 * Why a text is no rule; null where it is one. Segments are compared one by one, never by a regular expression: no rule can be written that takes longer
 * for a longer path than the path is long.
 */
export function ruleFault(pattern: string): string | null {
  if (!pattern.startsWith('/')) return 'must begin with /';
  if (pattern.length > MAX_PAGE_CHARS) return `must have at most ${MAX_PAGE_CHARS} characters`;
  if (/[?#%\\\p{Cc}]/u.test(pattern)) return 'must be a path: without ?, #, %, \\ and control characters';
  const segments = pattern.slice(1).split('/');
  if (pattern !== '/' && segments.includes('')) return 'must not have an empty segment or end in /';
  if (segments.length > MAX_RULE_SEGMENTS) return `must have at most ${MAX_RULE_SEGMENTS} segments`;
  for (const segment of segments) {
    if (segment.startsWith(':') && !/^:\w{1,40}$/.test(segment))
      return `${segment}: a name is : and 1 to 40 letters, digits or _`;
    if (segment !== '*' && segment.includes('*')) return `${segment}: * stands for a whole segment`;
  }
  return null;
}

/** Rules without a fault: those of the store, which took no other. */
export function compileRules({ pageRules, bots }: BrowserRules): CompiledRules {
  const pages = pageRules.map((pattern): PageRule => {
    const segments = pattern === '/' ? [] : pattern.slice(1).split('/');
    const isOpen = segments.at(-1) === '*';
    const compared = isOpen ? segments.slice(0, -1) : segments;
    return {
      pattern,
      segments: compared.map((segment) => (segment === '*' || segment.startsWith(':') ? null : segment)),
      isOpen,
    };
  });
  return { pages, patterns: new Set(pageRules), dropBots: bots === 'drop' };
}

/** The first rule that the segments of a path match; null where none does. */
export function matchingRule({ pages }: CompiledRules, path: readonly string[]): string | null {
  for (const { pattern, segments, isOpen } of pages) {
    if (isOpen ? path.length <= segments.length : path.length !== segments.length) continue;
    if (segments.every((segment, i) => segment === null || segment === path[i])) return pattern;
  }
  return null;
}
