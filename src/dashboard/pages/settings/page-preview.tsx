import { useEffect, useState } from 'preact/hooks';
import type { PagePreview as Preview } from '../../../wire/browser.ts';
import { previewPages } from '../../api/browser.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Field } from '../../components/field.tsx';
import { Failure } from '../../components/states.tsx';
import { useResource } from '../../state/use-resource.ts';
import { ruleFault, valuesOf } from './rule-lines.ts';

/** What people have in their addresses, and what a product has of its own. */
const SAMPLE = ['/users/123/orders', '/shop/shoes/blue-suede', '/u/jane', '/blog/2026-11-27/hello', '/en-US/pricing'];
/** After the last key; each try is a request. */
const PAUSE_MS = 400;

interface PagePreviewProps {
  projectId: string;
  rulesText: string;
  onFault: (fault: string | null) => void;
}

/** What the rules as they stand in the field would make of some paths. */
export function PagePreview({ projectId, rulesText, onFault }: PagePreviewProps) {
  const [pathsText, setPathsText] = useState(SAMPLE.join('\n'));
  const question = usePaused(JSON.stringify([valuesOf(pathsText), valuesOf(rulesText)]));
  const preview = useResource(`${projectId} ${question}`, (signal) => {
    const [paths, rules] = JSON.parse(question) as [string[], string[]];
    return previewPages(projectId, paths, rules, signal);
  });
  const fault = ruleFault(preview.error, rulesText);
  useEffect(() => onFault(fault), [fault, onFault]);
  return (
    <div class="tab-section">
      <Field label="Paths to try" hint="One a line: paths or whole addresses, as your pages have them.">
        {(ids) => (
          <textarea
            {...ids}
            class="input input-area"
            rows={5}
            spellcheck={false}
            value={pathsText}
            onInput={(event) => setPathsText(event.currentTarget.value)}
          />
        )}
      </Field>
      {preview.error && fault === null ? (
        <Failure line what="The paths could not be tried" error={preview.error} onRetry={preview.reload} />
      ) : null}
      <DataTable
        label="What the paths become"
        columns={COLUMNS}
        // The first answer moves nothing: its rows are there before it.
        rows={preview.data?.items ?? valuesOf(pathsText).map((path) => ({ path, page: '', rule: null }))}
        keyOf={({ path }) => path}
        isFaint={() => preview.error !== null}
      />
    </div>
  );
}

const COLUMNS: readonly Column<Preview['items'][number]>[] = [
  { id: 'path', label: 'Path', cell: ({ path }) => <code class="wrap">{path}</code> },
  {
    id: 'page',
    label: 'Page',
    cell: ({ page }) => (
      <strong class="wrap">
        <code>{page}</code>
      </strong>
    ),
  },
  {
    id: 'rule',
    label: 'By',
    cell: ({ page, rule }) => <span class="faint">{page === '' ? '' : rule === null ? 'built in' : 'your rule'}</span>,
  },
];

/** The value, once it has not changed for a while. */
function usePaused(value: string): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return paused;
}
