import { Icon } from './icon.tsx';

interface ChipProps {
  word: string;
  value: string;
  /** The value as people say it. */
  text?: string;
  onRemove: () => void;
}

/** What a page is narrowed to, to be taken out. */
export function Chip({ word, value, text = value, onRemove }: ChipProps) {
  return (
    <button type="button" class="chip" title={`${word}: ${value}. Click to take the filter out`} onClick={onRemove}>
      <span class="faint">{word}</span> <bdi class="clip">{text}</bdi>
      <span class="visually-hidden"> take out</span>
      <Icon name="close" />
    </button>
  );
}
