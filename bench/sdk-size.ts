/** What a page downloads for a browser SDK: each from the smallest program that uses it, by the same bundler and minifier. */
import { builtSizes, bundledSizes, type Sizes } from '../scripts/sdk/size.ts';
import { buildSdk } from '../scripts/start/sdk.ts';
import { type Row, thousands } from './lib/row.ts';

const ENCODINGS = [
  ['brotli', '.br'],
  ['gzip', '.gz'],
] as const;
const PEERS = {
  '@grafana/faro-web-sdk': 'faro',
  '@sentry/browser with tracing': 'sentry',
  'web-vitals with attribution, alone': 'web-vitals',
} as const;

export async function run(): Promise<Row[]> {
  await buildSdk();
  const init = await bundledSizes('breakwater');
  const [client, extra] = [builtSizes('client'), builtSizes('extra')];
  const peers: [string, Sizes][] = [];
  for (const [name, file] of Object.entries(PEERS)) peers.push([name, await bundledSizes(file)]);
  return ENCODINGS.flatMap(([encoding, ending]) => {
    const row = (what: string, bytes: number): Row => ({
      what: `browser SDK, ${what}, ${encoding}`,
      reach: encoding === 'brotli' ? '≤ 6 KB (6,144 bytes)' : '',
      ours: `${thousands(bytes)} bytes`,
      peers: Object.fromEntries(peers.map(([name, sizes]) => [name, `${thousands(sizes[ending])} bytes`])),
    });
    return [
      row('vitals and errors (`init` from npm)', init[ending]),
      row('the script tag, with all functions', client[ending]),
      row('the script tag and its second part', client[ending] + extra[ending]),
    ];
  });
}
