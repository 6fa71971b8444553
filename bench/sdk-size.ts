/** What a page downloads for a browser SDK: each from the smallest program that uses it, by the same bundler and minifier. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../scripts/lib/run.ts';
import { packedBodies, SDK_VERSION_DEFINE } from '../scripts/sdk/build.ts';
import { bundle } from '../scripts/sdk/bundle.ts';
import { buildSdk } from '../scripts/start/sdk.ts';
import { type Row, thousands } from './lib/row.ts';

const ENCODINGS = { brotli: '.br', gzip: '.gz' } as const;
const PEERS = {
  '@grafana/faro-web-sdk': 'faro',
  '@sentry/browser with tracing': 'sentry',
  'web-vitals with attribution, alone': 'web-vitals',
} as const;

export async function run(): Promise<Row[]> {
  await buildSdk();
  const ours = await bodies('breakwater');
  const peers = await Promise.all(
    Object.entries(PEERS).map(async ([name, file]) => [name, await bodies(file)] as const),
  );
  return Object.entries(ENCODINGS).flatMap(([name, ending]) => [
    row(`browser SDK from npm, \`init\` with vitals and errors, ${name}`, name, ours[ending], peers, ending),
    row(`browser SDK, the whole script tag, ${name}`, name, built('client', ending), peers, ending),
    row(
      `browser SDK, script tag and second part, ${name}`,
      name,
      built('client', ending) + built('extra', ending),
      peers,
      ending,
    ),
  ]);
}

type Sizes = Record<'.br' | '.gz', number>;

function row(
  what: string,
  encoding: string,
  bytes: number,
  peers: readonly (readonly [string, Sizes])[],
  ending: keyof Sizes,
): Row {
  return {
    what,
    reach: encoding === 'brotli' ? '≤ 6 KB (6,144 bytes)' : '',
    ours: `${thousands(bytes)} bytes`,
    peers: Object.fromEntries(peers.map(([name, sizes]) => [name, `${thousands(sizes[ending])} bytes`])),
  };
}

const built = (part: string, ending: keyof Sizes) =>
  readFileSync(path.join(PROJECT_DIR, `dist/sdk/${part}.min.js${ending}`)).length;

async function bodies(file: string): Promise<Sizes> {
  // Ours loads its second part by address, as the script does; the peers have none.
  const how = file === 'breakwater' ? ({ secondPart: 'by-address' } as const) : { keepsProperties: true };
  const entry = `bench/peers/sdk/${file}.js`;
  const { code } = await bundle({ entry, format: 'iife', define: SDK_VERSION_DEFINE, ...how });
  const packed = packedBodies(Buffer.from(code));
  return { '.br': packed['.br'].length, '.gz': packed['.gz'].length };
}
