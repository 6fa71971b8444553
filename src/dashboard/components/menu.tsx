import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

interface MenuProps {
  label: string;
  /** What the button shows. */
  face: ComponentChildren;
  faceClass?: string;
  align?: 'start' | 'end';
  /** `menu` for actions, with arrow keys; `dialog` for anything that holds inputs. */
  role?: 'menu' | 'dialog';
  children: (close: () => void) => ComponentChildren;
}

/** A button with a layer under it. Escape and a click elsewhere close it; focus goes back to the button. */
export function Menu({
  label,
  face,
  faceClass = 'button button-plain',
  align = 'start',
  role = 'menu',
  children,
}: MenuProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  useEffect(() => {
    if (!open) return;
    items(box.current)[0]?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && open) {
      event.stopPropagation();
      event.preventDefault();
      close();
    } else if (open && role === 'menu' && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const all = items(box.current);
      const at = all.indexOf(document.activeElement as HTMLElement);
      const next = (at + (event.key === 'ArrowDown' ? 1 : -1) + all.length) % all.length;
      all[next]?.focus();
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up here from the button and from the layer.
    <div class="menu" ref={box} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        class={faceClass}
        aria-label={label}
        title={label}
        aria-haspopup={role}
        aria-expanded={open}
        {...(open ? { 'aria-controls': id } : {})}
        onClick={() => setOpen(!open)}
      >
        {face}
      </button>
      {open ? (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a name.
        <div id={id} role={role} aria-label={label} class={`menu-layer menu-${align}`}>
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

function items(box: HTMLElement | null): HTMLElement[] {
  const layer = box?.querySelector('.menu-layer');
  return layer ? [...layer.querySelectorAll<HTMLElement>('a, button, input, select')] : [];
}

interface MenuItemProps {
  checked?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}

export function MenuItem({ checked, onClick, children }: MenuItemProps) {
  return (
    <button
      type="button"
      class="menu-item"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      {...(checked === undefined ? {} : { 'aria-checked': checked })}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
