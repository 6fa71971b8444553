import { useEffect, useState } from 'preact/hooks';
import { Button } from './button.tsx';

interface CopyButtonProps {
  text: string | (() => string);
  /** What is copied, for the accessible name: "Copy request id". */
  label: string;
  children?: string;
}

const SHOWN_MS = 1_500;

export function CopyButton({ text, label, children }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      // Without HTTPS there is no clipboard at all.
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
      setState('copied');
    } catch {
      setState('refused');
    }
  };
  const word = state === 'copied' ? 'Copied' : state === 'refused' ? 'The browser refused to copy' : label;
  return (
    <>
      <Button small kind="quiet" icon={state === 'copied' ? 'check' : 'copy'} label={word} onClick={() => void copy()}>
        {children}
      </Button>
      <span class="visually-hidden" role="status">
        {state === 'idle' ? '' : word}
      </span>
    </>
  );
}
