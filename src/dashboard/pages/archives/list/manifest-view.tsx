import type { ArchiveManifest } from '../../../../wire/archive.ts';
import { CodeBlock } from '../../../components/code-block.tsx';
import { Copyable } from '../../../components/copyable.tsx';
import { Time } from '../../../components/time.tsx';
import { bytes, exact, plural } from '../../../lib/format.ts';

const REASON_WORDS = {
  archived: 'blocks were archived',
  erased: "a person's records were erased",
  expired: 'retention deleted an archive',
} as const;

/** What the objects of the day are, as it is signed and chained. `ownKey`: of the archive that is looked at. */
export function ManifestView({ manifest, ownKey }: { manifest: ArchiveManifest | null; ownKey: string }) {
  if (manifest === null) return <p class="faint">It is written when the archive is current.</p>;
  const { sequence, previous, reason, writtenAtMs, batches, records, packedBytes, kid } = manifest;
  return (
    <>
      <dl class="drawer-times">
        <dt>Number</dt>
        <dd>
          {exact(sequence)}, as {REASON_WORDS[reason]}
        </dd>
        <dt>Written</dt>
        <dd>
          <Time ms={writtenAtMs} />
        </dd>
        <dt>Of the day</dt>
        <dd>
          {plural(batches.length, 'object')}, {plural(records, 'record')}, {bytes(packedBytes)}
          {batches.some(({ key }) => key === ownKey) ? '' : '; this one is not among them'}
        </dd>
        <dt>Before it</dt>
        <dd>
          {previous === null ? 'it is the first' : <Copyable text={previous} label="the hash of the one before" />}
        </dd>
        <dt>Signed by</dt>
        <dd>
          <Copyable text={kid} label="the key's id" />
        </dd>
      </dl>
      <details class="archive-json">
        <summary>As it is written</summary>
        <CodeBlock label="Manifest as JSON" code={JSON.stringify(manifest, null, 2)} />
      </details>
    </>
  );
}
