import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Failure } from '../../components/states.tsx';
import type { Resource } from '../../state/use-resource.ts';

interface PanelProps {
  title: string;
  action?: ComponentChildren;
  class?: string;
  /** Where a link on the page leads here. */
  anchor?: string;
  children: ComponentChildren;
}

export function Panel({ title, action, children, anchor, ...rest }: PanelProps) {
  const id = useId();
  return (
    <section
      class={`card security-panel ${rest.class ?? ''}`}
      aria-labelledby={id}
      {...(anchor === undefined ? {} : { id: anchor, tabIndex: -1 })}
    >
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {action}
      </header>
      {children}
    </section>
  );
}

interface LoadedProps<T> {
  what: string;
  resource: Resource<T>;
  children: (data: T) => ComponentChildren;
}

/** What a panel is for, and why that is old or missing. */
export function Loaded<T>({ what, resource, children }: LoadedProps<T>) {
  return (
    <>
      {resource.error ? (
        <Failure
          line={resource.data !== null}
          what={`${what} could not be loaded`}
          error={resource.error}
          onRetry={resource.reload}
        />
      ) : null}
      {resource.data === null ? null : children(resource.data)}
    </>
  );
}
