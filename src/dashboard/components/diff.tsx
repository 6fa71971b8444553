import { useState } from 'preact/hooks';
import type { JsonObject } from '../../wire/record.ts';
import { changedPart, type DiffRow, diffRows, isSecret } from '../lib/diff.ts';
import { plural } from '../lib/format.ts';
import { Button } from './button.tsx';

interface DiffProps {
  /** Of what these are the values, for those who do not see the table. */
  label: string;
  /** Null where there was nothing yet. */
  before: JsonObject | null;
  /** Null where there is nothing any more. */
  after: JsonObject | null;
}

const STATE_WORDS = { added: 'added', removed: 'removed', changed: 'changed', same: 'unchanged' } as const;

/** Old and new values beside each other. What is the same in both is left out until it is asked for. */
export function Diff({ label, before, after }: DiffProps) {
  const [all, setAll] = useState(false);
  const rows = diffRows(before, after);
  const same = rows.filter(({ state }) => state === 'same').length;
  const shown = all ? rows : rows.filter(({ state }) => state !== 'same');
  return (
    <>
      {shown.length === 0 ? (
        <p class="faint">No value is another than before.</p>
      ) : (
        <table class="diff" aria-label={label}>
          <thead>
            <tr>
              <th scope="col">Column</th>
              {before === null ? null : <th scope="col">Before</th>}
              {after === null ? null : <th scope="col">After</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.name} class={`diff-${row.state}`}>
                <th scope="row">
                  <bdi>{row.name}</bdi>
                  <span class="visually-hidden"> {STATE_WORDS[row.state]}</span>
                </th>
                {before === null ? null : <Value row={row} side="before" />}
                {after === null ? null : <Value row={row} side="after" />}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {same === 0 ? null : (
        <Button small kind="quiet" onClick={() => setAll(!all)}>
          {all ? 'Only what changed' : `Show ${plural(same, 'unchanged value')}`}
        </Button>
      )}
    </>
  );
}

/** Values from here on scroll in their cell, and what scrolls must be reachable by keyboard. */
const SCROLLING_CHARS = 200;

function Value({ row, side }: { row: DiffRow; side: 'before' | 'after' }) {
  const value = row[side];
  if (value === null) return <td class="faint">none</td>;
  return (
    <td>
      <span class="diff-value" dir="auto" {...(value.length > SCROLLING_CHARS ? { tabIndex: 0 } : {})}>
        {isSecret(value) ? (
          <span class="faint">
            {side === 'after' && row.state === 'changed' ? 'another secret' : 'secret, not kept'}
          </span>
        ) : value === '' ? (
          <span class="faint">(empty)</span>
        ) : (
          <Marked row={row} side={side} value={value} />
        )}
      </span>
    </td>
  );
}

/** Of a short value no part is marked: "10" and "20" have a digit in common by chance. */
const WHOLE_CHARS = 24;

function Marked({ row, side, value }: { row: DiffRow; side: 'before' | 'after'; value: string }) {
  if (row.state !== 'changed' || row.before === null || row.after === null || isSecret(row.before)) return <>{value}</>;
  const isShort = row.before.length < WHOLE_CHARS && row.after.length < WHOLE_CHARS;
  const part = isShort
    ? { head: '', before: row.before, after: row.after, tail: '' }
    : changedPart(row.before, row.after);
  const Mark = side === 'before' ? 'del' : 'ins';
  return (
    <>
      {part.head}
      {part[side] === '' ? null : <Mark>{part[side]}</Mark>}
      {part.tail}
    </>
  );
}
