import type { ComponentChildren } from 'preact';
import { hasSearch, pagesFor } from '../../lib/pages.ts';
import { proofAsked } from '../../state/proof.ts';
import { go, path } from '../../state/route.ts';
import { isAdmin } from '../../state/session.ts';
import { useShortcuts } from '../../state/use-shortcuts.ts';
import { lazy } from '../lazy.tsx';
import { helpOpen, paletteOpen } from './overlays.ts';
import { Palette } from './palette.tsx';
import { pageHref, Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

const ShortcutsHelp = lazy(() => import('./shortcuts-help.tsx'));
const ProofDialog = lazy(() => import('./proof-dialog.tsx'));

/** Where the page has a search box of its own, that one has the key. */
function SearchKey() {
  useShortcuts([{ keys: '/', label: 'Search', group: 'Everywhere', run: () => (paletteOpen.value = true) }]);
  return null;
}

export function Frame({ children }: { children: ComponentChildren }) {
  useShortcuts([
    {
      keys: 'mod+k',
      label: 'Search or jump to',
      group: 'Everywhere',
      run: () => (paletteOpen.value = !paletteOpen.value),
    },
    { keys: '?', label: 'All keys', group: 'Everywhere', run: () => (helpOpen.value = true) },
    ...pagesFor(isAdmin.value).map((page) => ({
      keys: `g ${page.key}`,
      label: page.name,
      group: 'Go to' as const,
      run: () => go(pageHref(page.path)),
    })),
  ]);
  return (
    <div class="frame">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Rail />
      <div class="frame-main">
        <TopBar />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
      {hasSearch(path.value) ? null : <SearchKey />}
      {paletteOpen.value ? <Palette /> : null}
      {helpOpen.value ? <ShortcutsHelp /> : null}
      {proofAsked.value ? <ProofDialog /> : null}
    </div>
  );
}
