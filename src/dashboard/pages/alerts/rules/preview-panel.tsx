import { useMemo, useState } from 'preact/hooks';
import type { Condition, RulePreview } from '../../../../wire/alerts.ts';
import { Button } from '../../../components/button.tsx';
import { LineFigure } from '../../../components/chart/line-figure.tsx';
import { Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { dateTime, duration, minute, plural } from '../../../lib/format.ts';
import { inUnit } from '../../../lib/units.ts';
import { unitOf } from '../rule-words.ts';
import { firingSpans, limitOf, previewHeadline, previewLines } from './preview-lines.ts';
import type { Preview } from './use-preview.ts';

const CHART_PX = 220;
const LISTED = 8;

interface PreviewPanelProps {
  preview: Preview;
  /** The errors are shown beside the fields that they are about. */
  isPlaced: boolean;
}

/** When the rule would have fired in the last week. Its size is kept while it is asked for. */
export function PreviewPanel({ preview, isPlaced }: PreviewPanelProps) {
  const { result, error, running, isCurrent, retry } = preview;
  return (
    <section class="card panel rule-preview" aria-label="Preview" aria-busy={running}>
      <h2>{result ? previewHeadline(result.answer) : 'The last week'}</h2>
      <p class="faint rule-preview-status" role="status">
        {running
          ? 'Looking at the last week. Nobody is told.'
          : error
            ? 'Not tried: see what is wrong.'
            : result
              ? summaryOf(result.answer, isCurrent)
              : 'The condition is not complete.'}
      </p>
      {error && !isPlaced ? <Failure line what="The preview did not work" error={error} onRetry={retry} /> : null}
      {result ? (
        <Shown answer={result.answer} condition={result.condition} stale={!isCurrent} />
      ) : (
        <div style={{ minHeight: `${CHART_PX + 32}px` }}>
          {running ? <Skeleton rows={8} label="Looking at the last week" /> : null}
        </div>
      )}
    </section>
  );
}

function summaryOf({ firings, notices, toMs }: RulePreview, isCurrent: boolean): string {
  const told =
    firings.length === 0 ? 'Nobody would have been told.' : `${plural(notices, 'notice')} would have been sent.`;
  return isCurrent ? `${told} Looked at up to ${minute(toMs)}.` : `${told} The rule has changed since.`;
}

function Shown({ answer, condition, stale }: { answer: RulePreview; condition: Condition; stale: boolean }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = useState<{ fromMs: number; toMs: number } | null>(null);
  const data = useMemo(() => previewLines(answer, condition), [answer, condition]);
  const notes = useMemo(() => firingSpans(answer), [answer]);
  const limit = useMemo(() => limitOf(answer, condition), [answer, condition]);
  const { fromMs, toMs } = zoom ?? answer;
  return (
    <>
      {answer.complete ? null : (
        <Notice tone="warn">
          So much was to be read that only what is from {dateTime(answer.countedFromMs)} on was counted in full.
        </Notice>
      )}
      <LineFigure
        title="Value of the rule"
        data={data}
        fromMs={fromMs}
        toMs={toMs}
        heightPx={CHART_PX}
        hidden={hidden}
        onHidden={setHidden}
        onZoom={(from, to) => setZoom({ fromMs: from, toMs: to })}
        notes={notes}
        limit={limit}
        stale={stale}
        none="Nothing was measured in the last week."
      />
      {zoom ? (
        <p>
          <Button small onClick={() => setZoom(null)}>
            The whole week
          </Button>
        </p>
      ) : null}
      <FiringTimes answer={answer} condition={condition} />
    </>
  );
}

function FiringTimes({ answer, condition }: { answer: RulePreview; condition: Condition }) {
  const { firings } = answer;
  if (firings.length === 0) return null;
  const newest = firings.toSorted((a, b) => b.firedAtMs - a.firedAtMs);
  return (
    <>
      <table class="fields rule-preview-times" aria-label="When it would have fired">
        <tbody>
          {newest.slice(0, LISTED).map(({ group, firedAtMs, resolvedAtMs, value }) => (
            <tr key={`${firedAtMs} ${group}`}>
              <th scope="row">
                <Time ms={firedAtMs} />
              </th>
              <td>
                {resolvedAtMs === null ? 'still' : `for ${duration(resolvedAtMs - firedAtMs)}`}
                {value === null ? '' : `, ${inUnit(value, unitOf(condition))}`}
                {group === '' ? null : (
                  <>
                    , <bdi>{group}</bdi>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {firings.length > LISTED ? <p class="faint">And {plural(firings.length - LISTED, 'time')} more.</p> : null}
    </>
  );
}
