import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { isCurrent, keepsSearch, pagesFor } from '../../lib/pages.ts';
import { hrefOf, path } from '../../state/route.ts';
import { isAdmin } from '../../state/session.ts';
import { recall, remember } from '../../state/storage.ts';
import { useCurrentInView } from '../../state/use-current-in-view.ts';
import { Icon } from '../icon.tsx';
import { Link } from '../link.tsx';

const wide = signal(recall('rail') === 'wide');

export function pageHref(to: string): string {
  return hrefOf(to, { record: null }, keepsSearch(path.value, to) ? 'all' : 'frame');
}

export function Rail() {
  const toggle = () => {
    wide.value = !wide.value;
    remember('rail', wide.value ? 'wide' : null);
  };
  const list = useRef<HTMLUListElement>(null);
  const at = path.value;
  useCurrentInView(list);
  return (
    <nav class={`rail${wide.value ? ' rail-wide' : ''}`} aria-label="Pages">
      <div class="brand">
        <img src="/icon.svg" width="24" height="24" alt="" />
        <span>Breakwater</span>
      </div>
      <ul ref={list}>
        {pagesFor(isAdmin.value).map((page) => (
          <li key={page.path}>
            <Link class="rail-link" href={pageHref(page.path)} current={isCurrent(page, at)} title={page.name}>
              <Icon name={page.icon} />
              <span>{page.name}</span>
            </Link>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="rail-link rail-toggle"
        aria-expanded={wide.value}
        aria-label={wide.value ? 'Make the rail narrow' : 'Make the rail wide'}
        title={wide.value ? 'Narrow' : 'Wide'}
        onClick={toggle}
      >
        <Icon name="expand" />
        <span>Narrow</span>
      </button>
    </nav>
  );
}
