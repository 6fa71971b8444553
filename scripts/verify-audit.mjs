#!/usr/bin/env node
// Checks what Breakwater says of its audit trail, without Breakwater, a network or a package: plain Node 20 or later. Exit status 0: it holds; 1: it does not;
// 2: this was not called right.
//
//   node verify-audit.mjs proof  --key <key> proof.json                            one entry, by the answer of GET /api/audit/proof/<seq>
//   node verify-audit.mjs export --key <key> --checkpoint note.txt audit.ndjson    the whole trail, by the answer of GET /api/audit/export
//
// --key: base64 of an Ed25519 public key, or a verifier key `<name>+<hash>+<base64>`; may come again. Take it from a place that you trust and that whoever
// could change the trail cannot change. --checkpoint may come again too: an older one shows that the trail only grew since.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';

const HASH_BYTES = 32;
/** RFC 8410, 4: SubjectPublicKeyInfo of Ed25519 before its 32 bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

class Refusal extends Error {}
class Usage extends Error {}

/** @type {(holds: unknown, otherwise: string) => asserts holds} */
function must(holds, otherwise) {
  if (!holds) throw new Refusal(otherwise);
}

/** @param {...(string | Uint8Array)} parts */
function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

// RFC 6962, 2.1.
const leafHash = (/** @type {string | Uint8Array} */ leaf) => sha256(Uint8Array.of(0), leaf);
const nodeHash = (/** @type {Buffer} */ left, /** @type {Buffer} */ right) => sha256(Uint8Array.of(1), left, right);

/** Exactly as it would be written: no other text stands for the same bytes. */
function fromBase64(/** @type {unknown} */ text, /** @type {string} */ what) {
  must(typeof text === 'string', `${what} is no text`);
  const bytes = Buffer.from(text, 'base64');
  must(bytes.toString('base64') === text, `${what} is not base64`);
  return bytes;
}

/** @param {string} text */
function readKey(text) {
  const named = /^[^+\s]+\+[0-9a-f]{8}\+(.+)$/.exec(text);
  const bytes = Buffer.from(named?.[1] ?? text, 'base64');
  // A verifier key has the type of the algorithm in front.
  const key = named && bytes[0] === 1 ? bytes.subarray(1) : bytes;
  if (key.length !== HASH_BYTES) throw new Usage(`${text} is no Ed25519 public key`);
  return key;
}

/** A checkpoint by C2SP tlog-checkpoint, signed by one of the keys. @param {unknown} note @param {Buffer[]} keys */
function readCheckpoint(note, keys) {
  must(typeof note === 'string', 'there is no checkpoint');
  const match = /^((\S+)\n(0|[1-9]\d{0,15})\n(\S+)\n)\n((?:— \S+ \S+\n)+)$/.exec(note);
  must(match, 'the checkpoint has not the form of one');
  const [, text = '', origin, size, root, signatures = ''] = match;
  const isSigned = signatures
    .trimEnd()
    .split('\n')
    .some((line) => {
      const [, name, base64] = /^— (\S+) (\S+)$/.exec(line) ?? [];
      const signature = Buffer.from(base64 ?? '', 'base64');
      if (name !== origin || signature.toString('base64') !== base64) return false;
      return keys.some((key) => {
        const id = sha256(`${name}\n`, Uint8Array.of(1), key).subarray(0, 4);
        const der = { key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' };
        if (!signature.subarray(0, 4).equals(id) || signature.length !== 68) return false;
        return verify(null, Buffer.from(text), createPublicKey(/** @type {any} */ (der)), signature.subarray(4));
      });
    });
  must(isSigned, 'the checkpoint is not signed by the given key');
  const rootBytes = fromBase64(root, 'the root of the checkpoint');
  must(rootBytes.length === HASH_BYTES, 'the root of the checkpoint has not 32 bytes');
  return { origin, size: Number(size), root: rootBytes };
}

/** RFC 9162, 2.1.3.2. @param {Buffer} leaf @param {number} index @param {number} size @param {Buffer[]} path */
function rootByPath(leaf, index, size, path) {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    must(sn > 0, 'the path is too long');
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else hash = nodeHash(hash, sibling);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  must(sn === 0, 'the path is too short');
  return hash;
}

/** @param {string} file @param {Buffer[]} keys */
function checkProof(file, keys) {
  /** @type {any} */
  let proof;
  try {
    proof = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new Refusal('the proof is no JSON');
    throw cause;
  }
  const checkpoint = readCheckpoint(proof?.checkpoint, keys);
  const { leaf, leafIndex, treeSize, path } = proof;
  must(typeof leaf === 'string', 'the proof has no leaf');
  must(treeSize === checkpoint.size, 'the proof is not for the tree of its checkpoint');
  must(Number.isSafeInteger(leafIndex) && leafIndex >= 0 && leafIndex < treeSize, 'the leaf is not in the tree');
  must(Array.isArray(path), 'the proof has no path');
  const hashes = path.map((/** @type {unknown} */ hash) => fromBase64(hash, 'a hash of the path'));
  must(
    hashes.every(({ length }) => length === HASH_BYTES),
    'a hash of the path has not 32 bytes',
  );
  const root = rootByPath(leafHash(leaf), leafIndex, treeSize, hashes);
  must(root.equals(checkpoint.root), 'the path does not lead from the entry to the signed root');
  must(seqOf(leaf) === leafIndex + 1, 'the entry has not the number of its place');
  return `entry ${leafIndex + 1} is in the trail of ${checkpoint.size} entries that ${checkpoint.origin} signed`;
}

/** @param {string | Buffer} line */
function seqOf(line) {
  return Number(/^\{"seq":([1-9]\d*),/.exec(line.toString('utf8'))?.[1]);
}

/** The bytes between line feeds, and nothing else that some take for the end of a line: it is bytes that were hashed. @param {string} file */
async function* linesOf(file) {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file)) {
    rest = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let to = rest.indexOf(10); to >= 0; to = rest.indexOf(10, from)) {
      yield rest.subarray(from, to);
      from = to + 1;
    }
    rest = rest.subarray(from);
  }
  if (rest.length > 0) yield rest;
}

/** Reads line by line: an export may be larger than memory. @param {string} file @param {string[]} notes @param {Buffer[]} keys */
async function checkExport(file, notes, keys) {
  const checkpoints = notes.map((note) => readCheckpoint(readFileSync(note, 'utf8').replace(/\n\n$/, '\n'), keys));
  const wanted = new Map();
  for (const checkpoint of checkpoints) {
    const same = wanted.get(checkpoint.size);
    must(!same || same.root.equals(checkpoint.root), `two checkpoints of size ${checkpoint.size} disagree`);
    wanted.set(checkpoint.size, checkpoint);
  }
  const last = Math.max(...wanted.keys());
  /** The roots of the whole subtrees so far, largest first. @type {Buffer[]} */
  const roots = [];
  let [size, missing, behind] = [0, 0, 0];
  for await (const line of linesOf(file)) {
    if (size === last) {
      behind++;
      continue;
    }
    must(seqOf(line) === size + 1, `line ${size + 1} is not entry ${size + 1}`);
    if (line.equals(Buffer.from(`{"seq":${size + 1},"missing":true}`))) missing++;
    let hash = leafHash(line);
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(roots.pop() ?? hash, hash);
    roots.push(hash);
    size++;
    const checkpoint = wanted.get(size);
    if (checkpoint)
      must(rootOf(roots).equals(checkpoint.root), `the entries do not lead to the signed root of ${size}`);
  }
  must(size === last, `the export ends at entry ${size}, and ${last} were signed`);
  const notSealed = behind > 0 ? `; ${behind} more lines are behind the last checkpoint` : '';
  const gone = missing > 0 ? `; ${missing} of them were gone already when their numbers were sealed` : '';
  return `all ${size} entries are those that ${checkpoints[0]?.origin} signed, by ${wanted.size} checkpoints${gone}${notSealed}`;
}

/** @param {Buffer[]} roots */
function rootOf(roots) {
  return roots.reduceRight((right, left) => nodeHash(left, right));
}

/** @param {string[]} args */
function readArguments(args) {
  const [command, ...rest] = args;
  /** @type {Record<string, string[]>} */
  const options = { key: [], checkpoint: [], file: [] };
  for (let i = 0; i < rest.length; i++) {
    const name = /^--(key|checkpoint)$/.exec(rest[i] ?? '')?.[1] ?? 'file';
    options[name]?.push((name === 'file' ? rest[i] : rest[++i]) ?? '');
  }
  const { key = [], checkpoint = [], file: [file, ...more] = [] } = options;
  if (key.length === 0 || file === undefined || more.length > 0) throw new Usage('needs --key and one file');
  return { command, keys: key.map(readKey), checkpoint, file };
}

async function main() {
  const { command, keys, checkpoint, file } = readArguments(process.argv.slice(2));
  if (command === 'proof') return checkProof(file, keys);
  if (command !== 'export') throw new Usage('the first argument is proof or export');
  if (checkpoint.length === 0) throw new Usage('an export needs --checkpoint');
  return checkExport(file, checkpoint, keys);
}

try {
  console.log(`holds: ${await main()}`);
} catch (error) {
  const isRefusal = error instanceof Refusal;
  console.error(
    isRefusal ? `does not hold: ${error.message}` : `verify-audit: ${error instanceof Error ? error.message : error}`,
  );
  process.exitCode = isRefusal ? 1 : 2;
}
