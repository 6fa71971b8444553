import { useState } from 'preact/hooks';
import type { AuditAcknowledgement, AuditFinding, AuditStatus } from '../../../../wire/audit.ts';
import { acknowledgeFinding } from '../../../api/audit.ts';
import { Button } from '../../../components/button.tsx';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Link } from '../../../components/link.tsx';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { Empty, Failure, Skeleton } from '../../../components/states.tsx';
import { StatusDot, type Tone } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { exact } from '../../../lib/format.ts';
import { hrefOf } from '../../../state/route.ts';
import { say } from '../../../state/toasts.ts';
import type { Resource } from '../../../state/use-resource.ts';
import { FINDING_WORDS, isTampering } from '../audit-words.ts';

/** More are not told. */
const MOST = 100;

/** What should not be: what nobody has looked into first. */
export function FindingsTab({ status }: { status: Resource<AuditStatus> }) {
  const { data, error, reload } = status;
  const [asked, setAsked] = useState<AuditFinding | null>(null);
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
        columns={columns(setAsked)}
        rows={data.findings}
        keyOf={({ id }) => id}
        rowKey="Open the entry"
      />
      {asked === null ? null : (
        <ReasonDialog
          title="Acknowledge the finding"
          action="Acknowledge"
          words={<Words finding={asked} />}
          submit={(reason) => acknowledgeFinding(asked.id, reason)}
          onDone={() => {
            setAsked(null);
            say('Acknowledged: it is an entry of the trail');
            reload();
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

function Words({ finding }: { finding: AuditFinding }) {
  return (
    <>
      <p>
        <bdi>{finding.detail}</bdi>
      </p>
      <p>
        It stays in this list and counts as looked into. Say who or what it was: that you did, and your reason, become
        an entry of the trail, which is not taken back.
      </p>
    </>
  );
}

const columns = (acknowledge: (finding: AuditFinding) => void): Column<AuditFinding>[] => [
  {
    id: 'kind',
    label: 'What',
    sort: ({ kind }) => FINDING_WORDS[kind],
    cell: (finding) => <StatusDot tone={toneOf(finding)}>{FINDING_WORDS[finding.kind]}</StatusDot>,
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
  {
    id: 'acknowledged',
    label: 'Looked into',
    sort: ({ acknowledged }) => acknowledged?.atMs ?? Number.MAX_SAFE_INTEGER,
    cell: (finding) =>
      finding.acknowledged === null ? (
        <Button small onClick={() => acknowledge(finding)}>
          Acknowledge…
        </Button>
      ) : (
        <AcknowledgedBy {...finding.acknowledged} />
      ),
  },
];

function toneOf(finding: AuditFinding): Tone {
  if (finding.acknowledged !== null) return 'off';
  return isTampering(finding) ? 'bad' : 'warn';
}

function AcknowledgedBy({ seq, atMs, by, reason }: AuditAcknowledgement) {
  return (
    <span class="audit-detail">
      <bdi>{reason}</bdi>{' '}
      <span class="faint">
        <Link href={hrefOf('/audit', { entry: String(seq) }, 'frame')}>
          <bdi>{by}</bdi>
        </Link>
        , <Time ms={atMs} />
      </span>
    </span>
  );
}
