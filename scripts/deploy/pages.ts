import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';
import { PROJECT_DIR } from '../lib/run.ts';
import { Stop } from '../lib/stop.ts';
import { isObject } from '../start/api.ts';
import type { Target } from './target.ts';
import { wranglerOrStop } from './wrangler.ts';

/** wrangler takes the configuration and the functions of Pages from the folder that it is started in, and from nowhere else. */
const FOLDER = path.join(PROJECT_DIR, 'pages');
const PRODUCTION_BRANCH = 'main';
/** Else wrangler makes a Worker of it where it believes to be run by a program that writes programs. */
const FORCE = '--force';

/** Throws a Stop where the functions of Pages would pass requests on to the Worker of another environment. */
export function checkPages({ env, worker }: Target, toml = readFileSync(path.join(FOLDER, 'wrangler.toml'), 'utf8')) {
  const config = parse(toml);
  const preview = isObject(config.env) && isObject(config.env.preview) ? config.env.preview : {};
  const services: unknown = (env === 'production' ? config : preview).services;
  const bound = (Array.isArray(services) ? services.filter(isObject) : []).find(
    ({ binding }) => binding === 'BREAKWATER',
  );
  if (bound?.service === worker) return;
  throw new Stop(
    `--pages would show ${bound?.service ?? 'no Worker'} in place of ${worker}: pages/wrangler.toml binds production to one Worker and every preview to another; name ${worker} there.`,
  );
}

/**
 * Deploys the files of dist/ and the functions of pages/, making the project where there is none. Returns the address: for staging, which is the
 * project's preview, that of its branch.
 */
export async function deployPages(project: string, env: string): Promise<string> {
  let domain = await domainOf(project);
  if (domain === null) {
    const args = ['pages', 'project', 'create', project, '--production-branch', PRODUCTION_BRANCH, FORCE];
    await wranglerOrStop(`Making the Pages project ${project}`, args, {}, FOLDER);
    domain = await domainOf(project);
    if (domain === null)
      throw new Stop(`The Pages project ${project} was made and is not there: run the command again.`);
  }
  const branch = env === 'production' ? PRODUCTION_BRANCH : env;
  const args = ['pages', 'deploy', '--project-name', project, '--branch', branch, '--commit-dirty=true', FORCE];
  await wranglerOrStop(`Deploying to Pages`, args, {}, FOLDER);
  return `https://${env === 'production' ? '' : `${branch}.`}${domain}`;
}

/** `project.pages.dev`, or what Cloudflare gave it where somebody else has that name; null where there is no such project. */
async function domainOf(project: string): Promise<string | null> {
  const { stdout } = await wranglerOrStop(
    'Listing the Pages projects',
    ['pages', 'project', 'list', '--json'],
    {},
    FOLDER,
  );
  const projects: unknown = JSON.parse(stdout);
  const found = (Array.isArray(projects) ? projects : [])
    .filter(isObject)
    .find((one) => one['Project Name'] === project);
  const domains = String(found?.['Project Domains'] ?? '').split(', ');
  return found ? (domains.find((domain) => domain.endsWith('.pages.dev')) ?? null) : null;
}
