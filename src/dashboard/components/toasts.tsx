import { closeToast, toasts } from '../state/toasts.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export function Toasts() {
  return (
    <section class="toasts" aria-label="Notices" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast toast-${toast.tone}`}>
          <Icon name={toast.tone === 'ok' ? 'check' : 'bad'} />
          <span>{toast.text}</span>
          {toast.undo ? (
            <Button
              small
              onClick={() => {
                toast.undo?.();
                closeToast(toast.id);
              }}
            >
              Undo
            </Button>
          ) : null}
          <Button small kind="quiet" icon="close" label="Close notice" onClick={() => closeToast(toast.id)} />
        </div>
      ))}
    </section>
  );
}
