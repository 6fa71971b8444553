import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps {
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  type?: 'button' | 'submit';
  icon?: IconName;
  /** Needed where there is no text: the accessible name, shown on hover as well. */
  label?: string;
  title?: string;
  disabled?: boolean;
  busy?: boolean;
  pressed?: boolean;
  small?: boolean;
  onClick?: (event: MouseEvent) => void;
  children?: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const {
    kind = 'plain',
    type = 'button',
    icon,
    label,
    title,
    disabled = false,
    busy = false,
    pressed,
    onClick,
  } = props;
  const square = props.children === undefined ? ' button-square' : '';
  return (
    <button
      type={type}
      class={`button button-${kind}${square}${props.small ? ' button-small' : ''}`}
      disabled={disabled}
      aria-disabled={busy}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      {...(label ? { 'aria-label': label } : {})}
      {...((title ?? label) ? { title: title ?? label } : {})}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
    >
      {icon ? <Icon name={icon} /> : null}
      {props.children === undefined ? null : <span>{props.children}</span>}
    </button>
  );
}
