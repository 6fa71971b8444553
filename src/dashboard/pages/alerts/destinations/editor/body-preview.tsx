import { readable } from '../../../../components/attempt-view.tsx';
import { CodeBlock } from '../../../../components/code-block.tsx';
import { Failure, Skeleton } from '../../../../components/states.tsx';
import { type Preview, templateFault } from './use-preview.ts';

/** What an alert with one firing would look like; nothing is sent. */
export function BodyPreview({ preview }: { preview: Preview }) {
  const fault = templateFault(preview.error);
  return (
    <section class="card detail-card destination-preview" aria-label="Preview of the body">
      <h3>What is sent</h3>
      <p class="faint">An alert with one firing, as the receiver gets it. Nothing is sent for this.</p>
      {preview.error && fault === null ? (
        <Failure line what="No preview" error={preview.error} onRetry={preview.reload} />
      ) : null}
      {fault ? (
        <p class="faint">
          The template makes no body now{preview.body === null ? '.' : '; this is the last that it made.'}
        </p>
      ) : null}
      <div class={`destination-body${preview.loading || fault ? ' is-stale' : ''}`} aria-busy={preview.loading}>
        {preview.body !== null ? (
          <CodeBlock label="Body" code={readable(preview.body)} />
        ) : preview.error === null ? (
          <Skeleton rows={10} label="Loading the preview" />
        ) : null}
      </div>
    </section>
  );
}
