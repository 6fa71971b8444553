import type { AuditFinding, AuditStatus } from '../../../../wire/audit.ts';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty, Failure, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { exact } from '../../../lib/format.ts';
import { hrefOf } from '../../../state/route.ts';
import type { Resource } from '../../../state/use-resource.ts';
import { FINDING_WORDS, isTampering } from '../audit-words.ts';

/** More are not told. */
const MOST = 100;

/** What should not be: the newest first. */
export function FindingsTab({ status }: { status: Resource<AuditStatus> }) {
  const { data, error, reload } = status;
  if (data === null) {
    return error ? (
      <Failure what="The findings could not be loaded" error={error} onRetry={reload} />
    ) : (
      <Skeleton rows={10} label="Loading findings" />
    );
  }
  if (data.findings.length === 0) {
    return (
      <Empty icon="check" title="No findings">
        <p>
          {data.verifiedAtMs === null
            ? 'The trail was not checked in full yet. “Verify now” reads every entry and compares it with what was sealed.'
            : 'Every entry hashes to what was sealed, each checkpoint’s signature verifies, and no table was changed or written by hand.'}
        </p>
      </Empty>
    );
  }
  return (
    <section class="tab-section" aria-label="Findings">
      {data.findings.length >= MOST ? <p class="faint">The newest {MOST} of them.</p> : null}
      <DataTable
        label="Findings"
        columns={COLUMNS}
        rows={data.findings}
        keyOf={({ id }) => id}
        rowKey="Open the entry"
      />
    </section>
  );
}

const COLUMNS: Column<AuditFinding>[] = [
  {
    id: 'kind',
    label: 'What',
    sort: ({ kind }) => FINDING_WORDS[kind],
    cell: (finding) => (
      <StatusDot tone={isTampering(finding) ? 'bad' : 'warn'}>{FINDING_WORDS[finding.kind]}</StatusDot>
    ),
  },
  {
    id: 'entry',
    label: 'Entry',
    sort: ({ seq }) => seq ?? -1,
    cell: ({ seq }) =>
      seq === null ? (
        <span class="faint">none</span>
      ) : (
        <Link href={hrefOf('/audit', { entry: String(seq) }, 'frame')}>{exact(seq)}</Link>
      ),
  },
  { id: 'detail', label: 'Detail', cell: ({ detail }) => <bdi class="audit-detail">{detail}</bdi> },
  {
    id: 'found',
    label: 'Found',
    numeric: true,
    sort: ({ foundAtMs }) => foundAtMs,
    cell: ({ foundAtMs }) => <Time ms={foundAtMs} />,
  },
];
