import type { Config } from '../../env.ts';
import { fromBase64Url, toBase64Url, utf8 } from '../../shared/bytes.ts';
import { sign, verifySignature } from '../../shared/signing.ts';
import type { TrustedKey } from '../../trail/index.ts';
import type { ArchiveManifest, ManifestBatch } from '../../wire/archive.ts';
import type { StoredArchive } from '../archives-store.ts';

export const MANIFEST_TYPE = 'application/json';
const FORMAT: ArchiveManifest['format'] = 'breakwater-archive/1';

/** What a version says, before it is signed. */
export type Unsigned = Omit<ArchiveManifest, 'kid' | 'signature'>;

/** Of the archives of a day that are current, in the order of their numbers. */
export function buildManifest(
  archives: readonly StoredArchive[],
  version: Pick<Unsigned, 'projectId' | 'day' | 'sequence' | 'previous' | 'writtenAtMs' | 'reason'>,
): Unsigned {
  const batches = archives.map(toBatch);
  const sum = (of: (batch: ManifestBatch) => number) => batches.reduce((total, batch) => total + of(batch), 0);
  const [rawBytes, packedBytes] = [sum((batch) => batch.rawBytes), sum((batch) => batch.packedBytes)];
  return {
    ...{ format: FORMAT, ...version, batches },
    ...{ records: sum(({ records }) => records), rawBytes, packedBytes },
    ratio: rawBytes === 0 ? 0 : packedBytes / rawBytes,
    minTs: batches.length === 0 ? null : Math.min(...batches.map(({ minTs }) => minTs)),
    maxTs: batches.length === 0 ? null : Math.max(...batches.map(({ maxTs }) => maxTs)),
  };
}

export function toBatch(archive: StoredArchive): ManifestBatch {
  const { key, stream, blocks, records, rawBytes, packedBytes, minTs, maxTs, sha256 } = archive;
  return { key, stream, blocks, records, rawBytes, packedBytes, minTs, maxTs, sha256 };
}

/**
 * JSON with its members in the order of their names and no white space: for what a manifest holds (no number that is not written the same everywhere) it is
 * RFC 8785, so that anybody can write the same bytes.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** The bytes of a version. The signature is over the same bytes without the member `signature`. */
export function signManifest(config: Pick<Config, 'dataSecrets'>, unsigned: Unsigned): Uint8Array<ArrayBuffer> {
  const [{ kid }] = config.dataSecrets;
  const { signature } = sign(config, utf8(canonicalJson({ ...unsigned, kid })));
  return utf8(canonicalJson({ ...unsigned, kid, signature: toBase64Url(signature) }));
}

/** What stands in the bytes; null where they are no manifest of this format as signManifest writes it. Says nothing of the signature. */
export function readManifest(bytes: Uint8Array): ArchiveManifest | null {
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null || canonicalJson(json) !== text) return null;
  const manifest = json as ArchiveManifest;
  const isOne =
    manifest.format === FORMAT && Number.isInteger(manifest.sequence) && typeof manifest.signature === 'string';
  return isOne && Array.isArray(manifest.batches) ? manifest : null;
}

/** `unknown_key`: nobody here knows the key that it names. */
export function checkSignature(manifest: ArchiveManifest, keys: readonly TrustedKey[]): 'good' | 'bad' | 'unknown_key' {
  const { signature, ...signed } = manifest;
  const key = keys.find(({ kid }) => kid === manifest.kid);
  if (!key) return 'unknown_key';
  const bytes = fromBase64Url(signature) ?? new Uint8Array(0);
  return verifySignature(key.publicKey, utf8(canonicalJson(signed)), bytes) ? 'good' : 'bad';
}
