import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../src/shared/bytes.ts';
import { publicKeys } from '../../src/shared/signing.ts';
import { originOf, parseNote, signedNote, signerOf, verifierKey } from '../../src/trail/checkpoints/note.ts';
import type { EntryRow } from '../../src/trail/entry-store.ts';
import { leafOf, missingLeaf } from '../../src/trail/leaf.ts';
import { leafHash } from '../../src/trail/tree/hashes.ts';
import { configWith, SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';

const ROW: EntryRow = {
  ...{
    seq: 17,
    at_ms: 1_795_000_000_000,
    actor_kind: 'user',
    actor_id: 'usr_1',
    action: 'key.revoke',
    target: 'key_1',
  },
  ...{ project_id: 'prj_1', request_id: 'r1', address: '192.0.2.1', detail: '{"name":"a","n":1.50}', claim_id: null },
  ...{ session_id: 'ses_1', table_name: null, operation: null, old_values: null, new_values: null },
};

describe('the leaf of an entry', () => {
  it('is this line, for good: another one would take every seal of the past away', () => {
    expect(leafOf(ROW)).toBe(
      '{"seq":17,"atMs":1795000000000,"actorKind":"user","actorId":"usr_1","action":"key.revoke","target":"key_1","projectId":"prj_1","requestId":"r1","address":"192.0.2.1",' +
        '"detail":{"name":"a","n":1.50},"claimId":null,"sessionId":"ses_1","table":null,"operation":null,"oldValues":null,"newValues":null}',
    );
    expect(Buffer.from(leafHash(leafOf(ROW))).toString('hex')).toBe(
      '7020015127dba582813576a8b842915f533f4f7c9985f4d17e6dbed1fb7b89c9',
    );
    expect(missingLeaf(17)).toBe('{"seq":17,"missing":true}');
  });

  it('is one line of JSON, whatever the texts hold', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(null));
    fc.assert(
      fc.property(text, text, fc.string({ unit: 'binary' }), (old_values, new_values, target) => {
        const leaf = leafOf({ ...ROW, old_values, new_values, target });
        expect(leaf).not.toMatch(/[\n\r]/);
        const read = JSON.parse(leaf) as { seq: number; target: string };
        expect([read.seq, read.target]).toEqual([17, target]);
      }),
    );
  });

  it('of two entries is one only where they are one: no text can end its place and go on as the next', () => {
    const piece = fc.constantFrom(
      '{}',
      '{',
      '}',
      '"',
      ',"newValues":',
      'null',
      '{"a":1}',
      '"{}"',
      '[]',
      '\n',
      ' ',
      '\\',
      '1',
    );
    const text = fc.option(fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')));
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(text, text, text, (detail, old_values, new_values) => {
        const row = { ...ROW, detail: detail ?? '', old_values, new_values };
        const leaf = leafOf(row);
        const key = JSON.stringify([row.detail, old_values, new_values]);
        expect(seen.get(leaf) ?? key).toBe(key);
        seen.set(leaf, key);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a checkpoint', () => {
  const config = configWith({ dataSecrets: [SECRET_1] });
  const root = new Uint8Array(32).fill(7);
  const note = signedNote(config, { origin: originOf(config), size: 12, root });

  it('is a note that C2SP defines: origin, size, root, and a signature over them', () => {
    const lines = note.split('\n');
    expect(lines.slice(0, 4)).toEqual(['breakwater/audit', '12', toBase64(root), '']);
    expect(lines[4]).toMatch(/^— breakwater\/audit [A-Za-z0-9+/]{91}=$/);
    expect(lines.slice(5)).toEqual(['']);
    expect(originOf(configWith({ publicHosts: ['ops.example.com', 'x.example.com'] }))).toBe('ops.example.com/audit');
  });

  it('names its key as other logs do', () => {
    for (const known of [
      'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
      'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    ]) {
      const [name = '', , key = ''] = /^([^+]+)\+(\w+)\+(.+)$/.exec(known)?.slice(1) ?? [];
      expect(verifierKey(name, fromBase64(key).subarray(1))).toBe(known);
    }
  });

  it('is read back, and is of the key that signed it alone', () => {
    const parsed = parseNote(note);
    expect(parsed).toMatchObject({ origin: 'breakwater/audit', size: 12, root });
    const others = publicKeys(configWith({ dataSecrets: [SECRET_2] }));
    if (parsed === null) throw new Error('not read');
    expect(signerOf(parsed, [...others, ...publicKeys(config)])?.kid).toBe('k1');
    expect(signerOf(parsed, others)).toBeNull();
  });

  it('with any character changed is none, or is signed by nobody', () => {
    const keys = publicKeys(config);
    // The last character of the base64 and the pad hold bits that say nothing.
    for (let at = 0; at < note.length - 3; at++) {
      const changed = `${note.slice(0, at)}${note[at] === 'x' ? 'y' : 'x'}${note.slice(at + 1)}`;
      const parsed = parseNote(changed);
      expect(parsed && signerOf(parsed, keys), `character ${at}`).toBeNull();
    }
  });

  it.each([
    '',
    'x',
    note.slice(1),
    note.trimEnd(),
    `${note}\n`,
    note.replace('\n12\n', '\n012\n'),
    note.replace('\n\n', '\nmore\n\n'),
  ])('is not %j', (text) => {
    const parsed = parseNote(text);
    expect(parsed && signerOf(parsed, publicKeys(config))).toBeNull();
  });
});
