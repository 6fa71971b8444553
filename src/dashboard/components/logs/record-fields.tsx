import type { LogRecord } from '../../../wire/record.ts';
import { flattenRecord, MAX_ROWS } from '../../lib/flatten.ts';
import { quoteValue, termState } from '../../lib/query-edit.ts';
import { groupHref, sessionHref } from '../../state/error-link.ts';
import { hrefOf, path, pathPart } from '../../state/route.ts';
import { traceHref } from '../../state/trace-link.ts';
import { Button } from '../button.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Link } from '../link.tsx';

interface FieldsProps {
  record: LogRecord;
  q: string;
  onFilter: (field: string, value: string, exclude: boolean) => void;
}

/** Fields whose value is shared by records of other services: worth a search of their own. */
const LINKED = new Set(['traceId', 'sessionId', 'userId']);
/** Values from here on may scroll in their cell, and what scrolls must be reachable by keyboard. */
const SCROLLING_CHARS = 120;
/** The longest value that makes sense as a filter: a search holds 4,096 characters. */
const FILTER_CHARS = 512;

export function RecordFields({ record, q, onFilter }: FieldsProps) {
  const rows = flattenRecord(record);
  return (
    <>
      <table class="fields" aria-label="Fields of the record">
        <tbody>
          {rows.map(({ label, field, value }, i) => {
            const filter = field !== null && value !== '' && value.length <= FILTER_CHARS ? field : null;
            const state = filter === null ? 'absent' : termState(q, filter, value);
            return (
              <tr key={i}>
                <th scope="row">
                  <bdi>{label}</bdi>
                </th>
                <td>
                  <span class="fields-value" dir="auto" {...(value.length > SCROLLING_CHARS ? { tabIndex: 0 } : {})}>
                    {value === '' ? <span class="faint">(empty)</span> : value}
                  </span>
                  {field === 'traceId' && path.value !== '/traces' ? (
                    <Link href={traceHref(value, record.ts)} class="fields-link">
                      Show the trace
                    </Link>
                  ) : null}
                  {field === 'sessionId' && pathPart(0) !== 'sessions' ? (
                    <Link href={sessionHref(value, record.ts)} class="fields-link">
                      Show the session
                    </Link>
                  ) : null}
                  {label === 'labels.fingerprint' && record.stream === 'errors' && pathPart(0) !== 'errors' ? (
                    <Link href={groupHref(value)} class="fields-link">
                      Show all of its kind
                    </Link>
                  ) : null}
                  {field !== null && LINKED.has(field) ? (
                    <Link href={searchHref(`${field}:${quoteValue(value)}`)}>All records with this {field}</Link>
                  ) : null}
                </td>
                <td class="fields-actions">
                  {filter === null ? null : (
                    <>
                      <Button
                        small
                        kind="quiet"
                        icon="plus"
                        label={`Only records with this ${label}`}
                        pressed={state === 'included'}
                        onClick={() => onFilter(filter, value, false)}
                      />
                      <Button
                        small
                        kind="quiet"
                        icon="minus"
                        label={`No records with this ${label}`}
                        pressed={state === 'excluded'}
                        onClick={() => onFilter(filter, value, true)}
                      />
                    </>
                  )}
                  <CopyButton text={value} label={`Copy ${label}`} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length >= MAX_ROWS ? <p class="faint">The first {MAX_ROWS} fields. JSON has the rest.</p> : null}
    </>
  );
}

function searchHref(q: string): string {
  return hrefOf('/logs', { q, stream: 'all', record: null, trace: null, around: null });
}
