/** The package as somebody gets it: packed, installed where there is no network, and used. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { toolPath } from '../../scripts/lib/run.ts';
import { buildSdkPackage } from '../../scripts/sdk/package.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

const folder = temporaryFolder('sdk-package');
const app = path.join(folder, 'app');
const installed = path.join(app, 'node_modules/@breakwater/client');

function call(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout.trim();
}

const typeCheck = (more: readonly string[]) =>
  spawnSync(
    process.execPath,
    [toolPath('tsc'), '--noEmit', '--strict', '--exactOptionalPropertyTypes', ...more, 'user.ts'],
    {
      cwd: app,
      encoding: 'utf8',
    },
  );

beforeAll(async () => {
  const source = path.join(folder, 'package');
  await buildSdkPackage(source);
  const tarball = call('npm', ['pack', '--silent', '--pack-destination', folder, source], folder);
  mkdirSync(app);
  writeFileSync(path.join(app, 'package.json'), '{"type":"module","private":true}');
  call('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', path.join(folder, tarball)], app);
});

describe('the package', () => {
  it('is installed without a network, because it needs no other', () => {
    expect(readdirSync(path.join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      '@breakwater',
    ]);
    const manifest = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: '@breakwater/client', type: 'module', sideEffects: false });
    expect(readdirSync(installed).sort()).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'index.js', 'index.js.map', 'package.json', 'types']),
    );
  });

  it.each([['bundler'], ['nodenext']])('has types that a user is checked against (%s)', (resolution) => {
    writeFileSync(
      path.join(app, 'user.ts'),
      `import { captureError, flush, identify, init, type InitOptions, measure, subscribe, track } from '@breakwater/client';
       const options: InitOptions = { key: 'bw_x', url: 'https://t.example', sampleRate: 0.5, page: (url) => url.pathname };
       init(options);
       identify('user-1');
       identify(null);
       track('checkout', { items: 3, tags: ['a'] });
       measure('cart', 5, { unit: 'EUR' });
       const sum: number = measure('sum', () => 1 + 1);
       const loaded: Promise<string> = measure('load', async () => 'x');
       captureError(new Error('x'), { step: 'pay' });
       const sent: Promise<void> = flush();
       void subscribe(['logs'], (records) => console.log(records[0]?.message, sum, loaded, sent), { project: 'p' });
       // @ts-expect-error a key is needed
       init({ url: 'https://t.example' });
       // @ts-expect-error a function is no attribute
       track('x', { run: () => 1 });
       // @ts-expect-error a number or a function
       measure('x', 'y');
       // @ts-expect-error no such function
       import('@breakwater/client').then(({ pay }) => pay);`,
    );
    const checked = typeCheck([
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
      '--types',
      '',
      '--module',
      resolution === 'bundler' ? 'esnext' : 'nodenext',
      '--moduleResolution',
      resolution,
    ]);
    expect([checked.status, checked.stdout]).toEqual([0, '']);
  });

  it('does nothing where there is no page, and says so to who asks for more', () => {
    const program = `
      const before = Object.getOwnPropertyNames(globalThis).length;
      const sdk = await import('@breakwater/client');
      sdk.init({ key: 'bw_x', url: 'https://t.example' });
      sdk.track('x'); sdk.identify('u'); sdk.captureError(new Error('x')); sdk.measure('x', 1);
      await sdk.flush();
      const refused = await sdk.login({ username: 'a', password: 'b' }).catch((error) => error.message);
      await sdk.shutdown();
      console.log(JSON.stringify([Object.getOwnPropertyNames(globalThis).length - before, sdk.measure('y', () => 7), refused, Object.keys(sdk).sort()]));`;
    writeFileSync(path.join(app, 'server.mjs'), program);
    expect(JSON.parse(call(process.execPath, ['server.mjs'], app))).toEqual([
      0,
      7,
      'Breakwater is not running on this page.',
      ['captureError', 'flush', 'identify', 'init', 'login', 'measure', 'shutdown', 'startEtl', 'subscribe', 'track'],
    ]);
  });
});
