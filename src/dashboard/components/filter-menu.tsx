import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';

/** The way to a filter: what it offers closes the menu when it was chosen. */
export function FilterMenu({ children }: { children: (close: () => void) => ComponentChildren }) {
  return (
    <Menu
      label="Add a filter"
      role="dialog"
      faceClass="button button-plain button-small"
      face={
        <>
          <Icon name="filter" />
          <span>Filter</span>
        </>
      }
    >
      {children}
    </Menu>
  );
}
