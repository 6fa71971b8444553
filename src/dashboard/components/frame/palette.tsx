import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Button } from '../button.tsx';
import { Dialog } from '../dialog.tsx';
import type { Command, commandsFor } from './commands.ts';
import { paletteOpen } from './overlays.ts';

/** Fetched when it is first opened: the line to type in is there at once, and no key is lost meanwhile. */
let fetched: typeof commandsFor | null = null;

/** Everything that can be reached or done, by name. */
export function Palette() {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [state, setState] = useState<'waiting' | 'there' | 'failed'>(fetched ? 'there' : 'waiting');
  const id = useId();
  const commands = fetched?.(text) ?? [];
  /** Enter came before the commands did. */
  const isEntered = useRef(false);
  const run = (command: Command | undefined) => {
    if (!command) return;
    paletteOpen.value = false;
    command.run();
  };
  useEffect(() => {
    if (state !== 'waiting') return;
    let gone = false;
    import('./commands.ts')
      .then((module) => {
        fetched = module.commandsFor;
        if (!gone) setState('there');
      })
      .catch((error: unknown) => {
        console.error(error);
        if (!gone) setState('failed');
      });
    return () => {
      gone = true;
    };
  }, [state]);
  useEffect(() => {
    if (state === 'there' && isEntered.current) run(commands[0]);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const next = (at + (event.key === 'ArrowDown' ? 1 : -1) + commands.length) % Math.max(1, commands.length);
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      isEntered.current = fetched === null;
      run(commands[at]);
    }
  };
  return (
    <Dialog title="Search or jump to" hideTitle class="palette" onClose={() => (paletteOpen.value = false)}>
      <input
        class="palette-input"
        role="combobox"
        aria-label="Search or jump to"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(commands.length > 0 ? { 'aria-activedescendant': `${id}-${at}` } : {})}
        placeholder="A page, a project, a time, or words to search for"
        autofocus
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
          isEntered.current = false;
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} class="palette-list" role="listbox" aria-label="Commands">
        {commands.map((command, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input keeps the focus and handles the keys.
          <li
            key={command.id}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            onPointerMove={() => setAt(i)}
            onClick={() => run(command)}
          >
            <span class="faint">{command.group}</span>
            <span class="clip">
              <bdi>{command.name}</bdi>
            </span>
          </li>
        ))}
      </ul>
      {state === 'failed' ? (
        <p class="faint" role="alert">
          The commands could not be loaded. <Button onClick={() => setState('waiting')}>Try again</Button>
        </p>
      ) : null}
    </Dialog>
  );
}
