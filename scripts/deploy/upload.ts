import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Stop } from '../lib/stop.ts';
import { isObject } from '../start/api.ts';
import type { Target } from './target.ts';
import { wranglerOrStop } from './wrangler.ts';

export interface Uploaded {
  versionId: string;
  /** Where the Worker answers, as wrangler says; empty where it was given no address. */
  urls: string[];
  /** `Total Upload: 2419 KiB / gzip: 734 KiB` */
  size: string;
}

/** Bundles as a deployment does and sends nothing. */
export async function rehearseUpload({ env }: Target): Promise<string> {
  const { output } = await wranglerOrStop('Bundling', ['deploy', '--env', env, '--minify', '--dry-run']);
  return sizeIn(output);
}

/** Deploys the Worker and its static files, in one step for whoever asks it. */
export async function upload({ env }: Target, version: string, domain: string | null): Promise<Uploaded> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'breakwater-deploy-'));
  const file = path.join(dir, 'output.ndjson');
  try {
    const args = ['deploy', '--env', env, '--minify', '--message', `Breakwater ${version}`];
    const { output } = await wranglerOrStop('Deploying', domain === null ? args : [...args, '--domain', domain], {
      WRANGLER_OUTPUT_FILE_PATH: file,
    });
    return { ...readOutput(readFileSync(file, 'utf8')), size: sizeIn(output) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What wrangler writes for programs: a JSON object a line (its documentation, WRANGLER_OUTPUT_FILE_PATH). */
export function readOutput(ndjson: string): Omit<Uploaded, 'size'> {
  const entries = ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
  const deployed = entries.filter(isObject).find(({ type }) => type === 'deploy');
  if (!deployed)
    throw new Stop('wrangler says that it deployed and not what: look at "npx wrangler deployments list".');
  const targets = Array.isArray(deployed.targets) ? deployed.targets.map(String) : [];
  return {
    versionId: String(deployed.version_id),
    urls: targets.flatMap((target) => hostIn(target) ?? []).map((host) => `https://${host}`),
  };
}

/** `https://x.workers.dev`, or `ops.example.com (custom domain)`; schedules are no address. */
function hostIn(target: string): string | null {
  return /^(?:https:\/\/)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:\/?$| \(custom domain)/.exec(target)?.[1] ?? null;
}

function sizeIn(output: string): string {
  return /Total Upload: .*/.exec(output)?.[0] ?? '';
}
