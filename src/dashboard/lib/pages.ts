import type { IconName } from '../components/icon.tsx';

export interface Page {
  path: string;
  name: string;
  icon: IconName;
  /** After `g`. */
  key: string;
  /** Nobody else can do anything there. */
  admin?: true;
}

/** The rail, in its order. Only what exists. */
const PAGES: readonly Page[] = [
  { path: '/', name: 'Overview', icon: 'overview', key: 'o' },
  { path: '/live', name: 'Live', icon: 'live', key: 'l' },
  { path: '/logs', name: 'Logs', icon: 'logs', key: 's' },
  { path: '/vitals', name: 'Vitals', icon: 'vitals', key: 'v' },
  { path: '/fraud', name: 'Fraud', icon: 'fraud', key: 'f' },
  { path: '/sources', name: 'Sources', icon: 'sources', key: 'r' },
  { path: '/security', name: 'Security', icon: 'security', key: 'i' },
  { path: '/settings', name: 'Settings', icon: 'settings', key: ',', admin: true },
];

/** What this reader may see. */
export function pagesFor(isAdmin: boolean): readonly Page[] {
  return PAGES.filter((page) => isAdmin || !page.admin);
}

export function isCurrent(page: Page, path: string): boolean {
  return page.path === '/' ? path === '/' : path === page.path || path.startsWith(`${page.path}/`);
}

/** Live and Logs show one search in two ways; between them it comes along. */
const SEARCHING = new Set(['/live', '/logs']);

export function hasSearch(path: string): boolean {
  return SEARCHING.has(path);
}

export function keepsSearch(from: string, to: string): boolean {
  return hasSearch(from) && hasSearch(to);
}
