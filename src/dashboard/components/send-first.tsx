import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Answer } from '../api/http.ts';
import { showArrivals } from '../state/range.ts';
import { useArrival } from '../state/use-arrival.ts';
import { CodeBlock } from './code-block.tsx';
import type { IconName } from './icon.tsx';
import { NewKey } from './new-key.tsx';
import { Empty } from './states.tsx';
import { StatusDot } from './status-dot.tsx';

interface SendFirstProps {
  /** It is all there is on the page. */
  top?: boolean;
  project: string;
  icon: IconName;
  title: string;
  /** What is awaited: "error". */
  what: string;
  /** With the key in it. */
  command: (key: string) => string;
  hasCome: (signal: AbortSignal) => Promise<Answer<boolean>>;
  /** Beside showing it: whoever found that there was nothing looks again. */
  onArrived?: () => void;
  /** Above the command. */
  children: ComponentChildren;
  /** Below it. */
  more?: ComponentChildren;
}

/** Before the first of something: a command that sends one, with a key, and a page that notices by itself when it came. */
export function SendFirst(props: SendFirstProps) {
  const { top = false, project, icon, title, what, command, hasCome, onArrived, children, more = null } = props;
  const [key, setKey] = useState<string | null>(null);
  const isAway = useArrival(`${project} ${what}`, hasCome, () => {
    showArrivals();
    onArrived?.();
  });
  return (
    <Empty top={top} icon={icon} title={title}>
      {children}
      <CodeBlock label="Command" code={command(key ?? '<key>')} />
      <NewKey
        project={project}
        name={`First ${what}`}
        scopes={['ingest']}
        canOnly="send records"
        made={key}
        onMade={setKey}
      />
      {more}
      <p>
        {isAway ? (
          <StatusDot tone="bad">The server does not answer. Trying again.</StatusDot>
        ) : (
          <StatusDot tone="info">Waiting for the first {what}</StatusDot>
        )}
      </p>
    </Empty>
  );
}
