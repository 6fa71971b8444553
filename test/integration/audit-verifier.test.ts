import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditCheckpoint, AuditKey, AuditProof } from '../../src/wire/audit.ts';
import { exportTrail, OfflineVerifier } from '../helpers/node/offline-verifier.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const verifier = new OfflineVerifier();
let server: StartedWorkerd;
let proof: AuditProof;
let key: AuditKey;
let checkpoints: AuditCheckpoint[];
let exported: string;

const checkProof = (changed: unknown, by = key.publicKey) => verifier.checkProof(by, changed);
const checkExport = (text: string, notes: string[], by = key.publicKey) => verifier.checkExport(by, notes, text);

beforeAll(async () => {
  server = await startWorkerd();
  const { get, post } = await server.signIn();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 8; i++) await post('/api/projects', { name: `Ω "quoted"\u2028 ${round}.${i}` });
    await post('/api/audit/seal', {});
  }
  const status = (await get('/api/audit/status')) as { entries: number; findings: unknown[] };
  expect(status.findings).toEqual([]);
  proof = (await get(`/api/audit/proof/${Math.floor(status.entries / 2)}`)) as AuditProof;
  const keys = (await get('/api/audit/keys')) as { items: AuditKey[] };
  key = keys.items[0] ?? key;
  checkpoints = ((await get('/api/audit/checkpoints')) as { items: AuditCheckpoint[] }).items;
  exported = await exportTrail(server);
});

afterAll(async () => {
  await server?.stop();
});

describe('a proof', () => {
  it('holds by the public key, and by the same as a verifier key', () => {
    expect(checkProof(proof)).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^holds: entry \d+ is in the trail/),
    });
    expect(checkProof(proof, key.verifierKey).code).toBe(0);
  });

  it('does not hold with any part of it changed', () => {
    const leaf = JSON.parse(proof.leaf) as Record<string, unknown>;
    const notes = proof.checkpoint;
    const otherHash = Buffer.alloc(32, 7).toString('base64');
    const changes: [string, unknown][] = [
      ...Object.keys(leaf).map((name): [string, unknown] => [
        name,
        { ...proof, leaf: JSON.stringify({ ...leaf, [name]: 'x' }) },
      ]),
      ['a space in the leaf', { ...proof, leaf: `${proof.leaf} ` }],
      [
        'keys in another order',
        { ...proof, leaf: JSON.stringify(Object.fromEntries(Object.entries(leaf).toReversed())) },
      ],
      ['no leaf', { ...proof, leaf: null }],
      ['another place', { ...proof, leafIndex: proof.leafIndex + 1 }],
      ['a place before the first', { ...proof, leafIndex: -1 }],
      ['a place that is no number', { ...proof, leafIndex: String(proof.leafIndex) }],
      ['another size', { ...proof, treeSize: proof.treeSize - 1 }],
      ...proof.path.map((_, i): [string, unknown] => [`hash ${i}`, { ...proof, path: proof.path.with(i, otherHash) }]),
      ['a hash less', { ...proof, path: proof.path.slice(0, -1) }],
      ['a hash more', { ...proof, path: [...proof.path, otherHash] }],
      ['hashes in another order', { ...proof, path: proof.path.toReversed() }],
      ['no path', { ...proof, path: null }],
      ['a short hash', { ...proof, path: proof.path.with(0, 'AAAA') }],
      ['base64 written otherwise', { ...proof, path: proof.path.with(0, `${proof.path[0]} `) }],
      ['another origin', { ...proof, checkpoint: notes.replaceAll('breakwater', 'lighthouse') }],
      ['another size in the checkpoint', { ...proof, checkpoint: notes.replace(/\n\d/, (digit) => `${digit}1`) }],
      ['another root', { ...proof, checkpoint: notes.replace(/\n[\w+/]{43}=\n/, `\n${otherHash}\n`) }],
      ['an older checkpoint', { ...proof, checkpoint: checkpoints.at(-1)?.note }],
      ['another signature', { ...proof, checkpoint: notes.replace(/.{6}==?\n$/, 'AAAAAA==\n') }],
      ['no signature', { ...proof, checkpoint: notes.split('\n\n')[0] }],
      ['a line more', { ...proof, checkpoint: notes.replace('\n\n', '\nmore\n\n') }],
      ['no checkpoint', { ...proof, checkpoint: null }],
      ['no JSON', '{'],
      ['no proof', 'null'],
    ];
    for (const [what, changed] of changes) {
      expect(checkProof(changed), what).toMatchObject({ code: 1, text: expect.stringMatching(/^does not hold: /) });
    }
  });

  it('does not hold by another key', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const other = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
    expect(checkProof(proof, other)).toMatchObject({
      code: 1,
      text: expect.stringContaining('not signed by the given key'),
    });
  });
});

describe('an export', () => {
  const notes = () => checkpoints.map(({ note }) => note);

  it('holds by every checkpoint: the trail only grew', () => {
    expect(checkpoints.length).toBeGreaterThanOrEqual(3);
    expect(checkExport(exported, notes())).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^holds: all \d+ entries/),
    });
    // As `jq -r` writes it.
    expect(checkExport(exported, [`${notes()[0]}\n`]).code).toBe(0);
    expect(checkExport(exported, [notes().at(-1) ?? '']).text).toContain('behind the last checkpoint');
  });

  it('does not hold with any line changed, taken away, doubled, moved or put between', () => {
    const lines = exported.trimEnd().split('\n');
    const [newest = ''] = notes();
    const text = (changed: string[]) => `${changed.join('\n')}\n`;
    const middle = Math.floor(lines.length / 2);
    const line = lines[middle] ?? '';
    const changes: [string, string[]][] = [
      ...['atMs', 'action', 'target', 'requestId', 'detail'].map((name): [string, string[]] => [
        `another ${name}`,
        lines.with(
          middle,
          line.replace(new RegExp(`"${name}":.`), (start) => `${start.slice(0, -1)} ${start.slice(-1)}`),
        ),
      ]),
      ['another first entry', lines.with(0, (lines[0] ?? '').replace('"atMs":1', '"atMs":2'))],
      ['a line less', lines.toSpliced(middle, 1)],
      ['the first less', lines.slice(1)],
      ['the last less', lines.slice(0, (checkpoints[0]?.size ?? 1) - 1)],
      ['a line twice', lines.toSpliced(middle, 0, line)],
      ['two in the other order', lines.with(middle, lines[middle + 1] ?? '').with(middle + 1, line)],
      ['an empty line', lines.toSpliced(middle, 0, '')],
      ['a carriage return', lines.with(middle, `${line}\r`)],
      ['an entry as missing', lines.with(middle, `{"seq":${middle + 1},"missing":true}`)],
    ];
    for (const [what, changed] of changes) {
      expect(checkExport(text(changed), [newest]), what).toMatchObject({
        code: 1,
        text: expect.stringMatching(/^does not hold: /),
      });
    }
    expect(checkExport('', [newest]).code).toBe(1);
  });

  it('says how it is called', () => {
    for (const args of [
      [],
      ['proof'],
      ['proof', '--key', 'x', 'y'],
      ['export', '--key', key.publicKey, 'audit.ndjson'],
    ]) {
      expect(verifier.run(...args), args.join(' ')).toMatchObject({
        code: 2,
        text: expect.stringMatching(/^verify-audit: /),
      });
    }
    expect(verifier.run('proof', '--key', key.publicKey, 'nowhere.json').code).toBe(2);
  });
});
