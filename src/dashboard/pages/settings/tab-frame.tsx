import type { ComponentChildren } from 'preact';
import { Failure, Skeleton } from '../../components/states.tsx';
import type { Resource } from '../../state/use-resource.ts';

interface TabFrameProps<T> {
  title: string;
  intro: string;
  action?: ComponentChildren;
  resource: Resource<T>;
  children: (data: T) => ComponentChildren;
}

/** Heading, what the list is, the one action, and the list in all its states. */
export function TabFrame<T>({ title, intro, action, resource, children }: TabFrameProps<T>) {
  return (
    <section class="tab-section" aria-label={title}>
      <header class="page-head">
        <p class="grow faint">{intro}</p>
        {action}
      </header>
      {resource.error ? (
        <Failure
          line={resource.data !== null}
          what={`${title} could not be loaded`}
          error={resource.error}
          onRetry={resource.reload}
        />
      ) : null}
      {resource.data === null && resource.loading ? (
        <Skeleton rows={6} label={`Loading ${title.toLowerCase()}`} />
      ) : null}
      {resource.data === null ? null : children(resource.data)}
    </section>
  );
}
