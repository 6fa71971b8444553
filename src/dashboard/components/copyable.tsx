import { CopyButton } from './copy-button.tsx';

/** An id or a hash in full, broken where its place ends. */
export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span class="copyable">
      <code>{text}</code>
      <CopyButton text={text} label={`Copy ${label}`} />
    </span>
  );
}
