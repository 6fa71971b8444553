import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

interface DialogProps {
  title: string;
  onClose: () => void;
  class?: string;
  /** A click beside it does not close it: what was typed, or is shown only once, would be gone. */
  stays?: boolean;
  /** The palette has its own first line. */
  hideTitle?: boolean;
  children: ComponentChildren;
}

/** The platform's modal dialog: it makes the rest inert, closes on Escape and gives focus back. */
export function Dialog({ title, onClose, stays = false, hideTitle = false, children, ...rest }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Before the next key: who opens the palette goes on typing, and no letter may go to the page behind it.
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    // While it is open, all else is inert and takes no focus.
    return () => {
      element?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${rest.class ?? ''}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (!stays && event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class={hideTitle ? 'visually-hidden' : 'dialog-head'}>
          <h2 id={titleId}>{title}</h2>
          {hideTitle ? null : <Button kind="quiet" icon="close" label="Close" onClick={onClose} />}
        </header>
        {children}
      </div>
    </dialog>
  );
}
