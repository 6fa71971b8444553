import type { IconName } from '../components/icon.tsx';

export interface Page {
  path: string;
  name: string;
  icon: IconName;
  /** After `g`. */
  key: string;
  /** Nobody else can do anything there. */
  admin?: true;
  /** Another path that is a part of it. */
  part?: string;
}

/** The rail, in its order. Only what exists. */
const PAGES: readonly Page[] = [
  { path: '/', name: 'Overview', icon: 'overview', key: 'o' },
  { path: '/live', name: 'Live', icon: 'live', key: 'l' },
  { path: '/logs', name: 'Logs', icon: 'logs', key: 's' },
  { path: '/vitals', name: 'Vitals', icon: 'vitals', key: 'v' },
  { path: '/errors', name: 'Errors', icon: 'errors', key: 'e', part: '/sessions' },
  { path: '/operations', name: 'Operations', icon: 'operations', key: 'p' },
  { path: '/fraud', name: 'Fraud', icon: 'fraud', key: 'f' },
  { path: '/alerts', name: 'Alerts', icon: 'alerts', key: 'a' },
  { path: '/archives', name: 'Archives', icon: 'archives', key: 'h' },
  { path: '/audit', name: 'Audit', icon: 'audit', key: 'u', admin: true },
  { path: '/compliance', name: 'Compliance', icon: 'compliance', key: 'c', admin: true },
  { path: '/performance', name: 'Performance', icon: 'performance', key: 'm', admin: true },
  { path: '/sources', name: 'Sources', icon: 'sources', key: 'r' },
  { path: '/security', name: 'Security', icon: 'security', key: 'i' },
  { path: '/settings', name: 'Settings', icon: 'settings', key: ',', admin: true },
];

/** What this reader may see. */
export function pagesFor(isAdmin: boolean): readonly Page[] {
  return PAGES.filter((page) => isAdmin || !page.admin);
}

/** Pages that others lead to. */
const OTHERS = [
  { path: '/traces', name: 'Trace' },
  { path: '/sessions', name: 'Sessions' },
];

export function titleOf(path: string): string {
  const first = `/${path.split('/')[1]}`;
  return [...PAGES, ...OTHERS].find((page) => page.path === first)?.name ?? 'Not found';
}

export function isCurrent(page: Page, path: string): boolean {
  if (page.path === '/') return path === '/';
  return [page.path, page.part].some((part) => part !== undefined && (path === part || path.startsWith(`${part}/`)));
}

/** Their time is about years, and their own; or they have none. */
const WITHOUT_RANGE = ['/archives', '/audit', '/compliance', '/security', '/settings'];

/** Whether the time of the top bar rules the page. Jobs and notices are as they are now. */
export function hasRange(path: string): boolean {
  if (path === '/operations/jobs' || path === '/operations/notices') return false;
  return !WITHOUT_RANGE.includes(`/${path.split('/')[1]}`);
}

/** Live and Logs show one search in two ways; between them it comes along. */
const SEARCHING = new Set(['/live', '/logs']);

/** Those with a search box of their own, which the key `/` leads to. */
const WITH_SEARCH_BOX = new Set([...SEARCHING, '/errors', '/sessions', '/audit']);

export function hasSearch(path: string): boolean {
  return WITH_SEARCH_BOX.has(path);
}

export function keepsSearch(from: string, to: string): boolean {
  return SEARCHING.has(from) && SEARCHING.has(to);
}
