/** How a project reads what browsers send: `GET` and `PUT /api/projects/:id/browser`. */
export interface BrowserRules {
  /**
   * Paths as patterns, the first that matches names the page: `/shop/:category/*`. `:name` and `*` stand for one segment, `*` at the end for all that
   * follow. Paths that none matches are normalised by the built-in rules.
   */
  pageRules: string[];
  /** What becomes of records that a crawler sends: rejected and counted, or kept like any other. */
  bots: 'drop' | 'keep';
}

export const DEFAULT_BROWSER_RULES: BrowserRules = { pageRules: [], bots: 'drop' };

export interface VersionedBrowserRules extends BrowserRules {
  /** 0 where the project has never changed them. */
  version: number;
}

export const MAX_PAGE_RULES = 100;
/** Of a page, as it is stored; of a rule, which is the page of what it matches. */
export const MAX_PAGE_CHARS = 200;
/** What is deeper becomes `*`. */
export const MAX_PAGE_SEGMENTS = 8;

export interface BrowserRulesAnswer extends VersionedBrowserRules {
  changedAtMs: number | null;
  changedBy: string | null;
}

/** `POST /api/projects/:id/browser/preview`: what rules make of paths. `rule` is the pattern that matched; null for the built-in rules. */
export interface PagePreview {
  items: { path: string; page: string; rule: string | null }[];
}

/** `GET /api/sites?project=`: hosts that records came from. */
export interface SiteList {
  items: { site: string; pages: number; firstSeenMs: number; lastSeenMs: number }[];
  nextCursor: string | null;
}

/** `GET /api/pages?project=&site=&q=` */
export interface PageList {
  items: { site: string; page: string; firstSeenMs: number; lastSeenMs: number }[];
  nextCursor: string | null;
}
