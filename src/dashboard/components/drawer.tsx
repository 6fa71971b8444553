import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useShortcuts } from '../state/use-shortcuts.ts';
import { Button } from './button.tsx';
import { NARROW, useMedia } from './use-media.ts';

interface DrawerProps {
  label: string;
  /** What the head says, before the button that closes. */
  head: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
}

/** One row of a list in full. Beside the list where there is room, over everything where there is not. */
export function Drawer({ label, head, onClose, children }: DrawerProps) {
  const narrow = useMedia(NARROW);
  const dialog = useRef<HTMLDialogElement>(null);
  useShortcuts([{ keys: 'Escape', label: 'Close', group: 'Everywhere', run: onClose }]);

  // Before effects of what is in it, which may want to give the focus to a part of it.
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    if (!element) return;
    // Beside the list the keyboard stays in the list, so that j and k walk through rows with the drawer open.
    if (narrow) element.showModal();
    else element.setAttribute('open', '');
    return () => {
      element.close();
      if (narrow && opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, [narrow]);

  return (
    <dialog
      ref={dialog}
      class="drawer"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header class="drawer-head">
        {head}
        <Button small kind="quiet" icon="close" label="Close (Esc)" onClick={onClose} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <div class="drawer-body" tabIndex={0} role="region" aria-label={`${label} details`}>
        {children}
      </div>
    </dialog>
  );
}
