import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { cronExpressions } from '../../scripts/start/cron.ts';
import { HELP } from '../../scripts/start/flags.ts';
import { type Import, type SourceFile, sources, withoutComments } from '../helpers/node/sources.ts';

/** From the bottom up: a feature imports only what stands before it. New features are added where they belong. */
const FEATURES = [
  ...[
    'audit',
    'auth',
    'projects',
    'notices',
    'jobs',
    'limits',
    'idempotency',
    'blocks',
    'rollups',
    'errors',
    'releases',
    'journal',
  ],
  ...['edge', 'ingest', 'beacon', 'cookies', 'otlp', 'loki', 'elastic', 'etl', 'fraud', 'sourcemaps', 'query'],
  ...[
    'trail',
    'archive',
    'anomalies',
    'operations',
    'live',
    'delivery',
    'alerts',
    'compliance',
    'client',
    'documentation',
    'observability',
  ],
];

const worker = sources('src/**/*.ts', 'durable-objects/**/*.ts').filter(
  ({ file }) => !/^src\/(dashboard|sdk)\//.test(file),
);
const browser = sources('src/dashboard/**/*.{ts,tsx}', 'src/sdk/**/*.ts');

function breaches(files: readonly SourceFile[], rule: (source: SourceFile, imported: Import) => boolean): string[] {
  return files.flatMap((source) =>
    source.imports
      .filter((imported) => !rule(source, imported))
      .map(({ target }) => `${source.file} imports ${target}`),
  );
}

/** `src/auth/login.ts` is of `auth`, `src/wire/limits.ts` of `wire`, `src/env.ts` and `src/shared/` of the kernel. */
function folderOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  if (top === 'durable-objects') return 'durable-objects';
  if (top !== 'src') return 'outside';
  if (second === 'shared' || second === 'env.ts') return 'kernel';
  return second.endsWith('.ts') ? 'entry' : second;
}

/** The pure code that an object is the shell of; it may import each file of it, of other features only their door. */
const SHELL_OF: Readonly<Record<string, string>> = {
  journal: 'journal',
  hub: 'live',
  limiter: 'limits',
  fraud: 'fraud',
  destination: 'delivery',
  alerts: 'alerts',
  metrics: 'observability',
};

describe('imports go downhill', () => {
  it('is checked on the whole source, with all its imports', () => {
    expect(worker.length).toBeGreaterThan(150);
    expect(browser.length).toBeGreaterThan(50);
    const written = (text: string) => text.match(/ from '|\bimport\('/g)?.length ?? 0;
    for (const { file, code, imports } of worker) expect([file, imports.length]).toEqual([file, written(code)]);
  });

  it('knows the rank of every folder of src', () => {
    const known = new Set([...FEATURES, 'wire', 'kernel', 'entry', 'durable-objects']);
    expect(worker.filter(({ file }) => !known.has(folderOf(file))).map(({ file }) => file)).toEqual([]);
  });

  it('wire imports nothing', () => {
    const wire = worker.filter(({ file }) => folderOf(file) === 'wire');
    expect(breaches(wire, (_, { target }) => folderOf(target) === 'wire')).toEqual([]);
  });

  it('the kernel knows no feature, only types of Durable Objects', () => {
    const kernel = worker.filter(({ file }) => folderOf(file) === 'kernel');
    const allowed = (_: SourceFile, { target, relative, typeOnly }: Import) =>
      !relative ||
      ['wire', 'kernel'].includes(folderOf(target)) ||
      (folderOf(target) === 'durable-objects' && typeOnly);
    expect(breaches(kernel, allowed)).toEqual([]);
  });

  it('a feature imports its own folder, the kernel, wire, and the index of features below it', () => {
    const features = worker.filter(({ file }) => FEATURES.includes(folderOf(file)));
    const allowed = ({ file }: SourceFile, { target, relative, typeOnly }: Import) => {
      const [from, to] = [folderOf(file), folderOf(target)];
      if (!relative || target === 'package.json' || [from, 'wire', 'kernel'].includes(to)) return true;
      if (to === 'durable-objects') return typeOnly;
      return FEATURES.indexOf(to) < FEATURES.indexOf(from) && target === `src/${to}/index.ts`;
    };
    expect(breaches(features, allowed)).toEqual([]);
  });

  it('a Durable Object imports its own pure code, the door of other features, no routes and no entry', () => {
    const objects = worker.filter(({ file }) => folderOf(file) === 'durable-objects');
    const allowed = ({ file }: SourceFile, { target, relative }: Import) => {
      const to = folderOf(target);
      if (!relative || ['durable-objects', 'wire', 'kernel'].includes(to)) return true;
      if (to === SHELL_OF[file.split('/')[1] ?? '']) return !target.endsWith('routes.ts');
      return FEATURES.includes(to) && target === `src/${to}/index.ts`;
    };
    expect(breaches(objects, allowed)).toEqual([]);
  });

  it('the entries use the doors of the features', () => {
    const entries = worker.filter(({ file }) => folderOf(file) === 'entry');
    const allowed = (_: SourceFile, { target }: Import) =>
      !FEATURES.includes(folderOf(target)) || target.endsWith('/index.ts');
    expect(entries.map(({ file }) => file)).toEqual(['src/app.ts', 'src/cron.ts', 'src/ports.ts', 'src/worker.ts']);
    expect(breaches(entries, allowed)).toEqual([]);
  });

  it('the dashboard and the SDK import only wire', () => {
    const allowed = ({ file }: SourceFile, { target, relative }: Import) => {
      const home = file.split('/').slice(0, 2).join('/');
      return !relative || target.startsWith(`${home}/`) || folderOf(target) === 'wire';
    };
    expect(breaches(browser, allowed)).toEqual([]);
  });

  it('the command line imports its own folder, wire and the readers of JSON and of times: it starts at once, and the Worker knows nothing of it', () => {
    const allowed = (_: SourceFile, { target, relative }: Import) =>
      target.startsWith('node:') ||
      (relative &&
        (/^cli\/|^src\/wire\//.test(target) ||
          ['src/shared/json.ts', 'src/shared/time.ts', 'package.json'].includes(target)));
    const command = sources('cli/**/*.ts');
    expect(command.length).toBeGreaterThan(30);
    expect(breaches(command, allowed)).toEqual([]);
    expect(breaches([...worker, ...browser], (_, { target }) => !target.startsWith('cli/'))).toEqual([]);
  });
});

describe('each thing has its place', () => {
  it('only routes know Hono', () => {
    const allowed = ['src/app.ts', 'src/shared/http.ts'];
    const outside = worker.filter(({ file }) => !/\/(\w+-)*routes\.ts$/.test(file) && !allowed.includes(file));
    expect(breaches(outside, (_, { target }) => !/^hono($|\/)/.test(target))).toEqual([]);
  });

  it('only stores and schemas hold SQL; audit/statement.ts is the statement that goes into the batch of others', () => {
    const outside = worker.filter(
      ({ file }) => !/\/(\w+-)*(store|schema|schema-steps)\.ts$|^src\/audit\/statement\.ts$/.test(file),
    );
    const sql =
      /\b(SELECT\s[\s\S]*?\sFROM|(INSERT|REPLACE)\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+(TABLE|INDEX)|PRAGMA)\b/i;
    const running = /\.prepare\(|\bsql\.exec\b/;
    expect(outside.filter(({ code }) => sql.test(code) || running.test(code)).map(({ file }) => file)).toEqual([]);
  });

  it('decisions get the time: only env.ts reads the clock', () => {
    const readers = worker.filter(
      ({ file, code }) => file !== 'src/env.ts' && /\bDate\.now\b|\bnew Date\b(?!\([^)])|(?<!new )\bDate\(/.test(code),
    );
    expect(readers.map(({ file }) => file)).toEqual([]);
  });

  it('nothing compiles text at run time, which production refuses', () => {
    const compilers = worker.filter(({ code }) => /\beval\(|new Function\b|WebAssembly\.compile\b/.test(code));
    expect(compilers.map(({ file }) => file)).toEqual([]);
  });

  it('no request leaves past the front door of our own zone, where WAF and Access stand', () => {
    const toml = readFileSync(path.join(PROJECT_DIR, 'wrangler.toml'), 'utf8');
    expect(/^compatibility_flags = \[.*"global_fetch_strictly_public".*\]$/m.test(toml)).toBe(true);
  });

  it('no source file is longer than 300 lines', () => {
    const all = [...worker, ...browser, ...sources('{scripts,cli}/**/*.{ts,mjs}', 'bench/**/*.ts')];
    const long = all.filter(({ text }) => text.trimEnd().split('\n').length > 300);
    expect(long.map(({ file }) => file)).toEqual([]);
  });

  it('the job table lists exactly the cron expressions of wrangler.toml', () => {
    const cron = withoutComments(readFileSync(path.join(PROJECT_DIR, 'src/cron.ts'), 'utf8'));
    const table = /JOBS[^=]*= \{([\s\S]*?)\n\};/.exec(cron)?.[1] ?? '';
    const listed = [...table.matchAll(/^ {2}'([^']+)':/gm)].map(([, expression]) => expression);
    expect(listed.sort()).toEqual(cronExpressions().sort());
  });
});

describe('package-lock.json', () => {
  // npm writes a lock from what one system has installed and leaves the packages of other systems out. Then `npm ci` refuses it, `npm
  // install` changes it in each fresh clone, and other systems get versions that nobody has tried.
  it('has every dependency of every package, also those of other systems', () => {
    const text = readFileSync(path.join(PROJECT_DIR, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> };
    const missing = Object.entries(packages).flatMap(([at, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isLocked(packages, at, name)),
    );
    expect(missing).toEqual([]);
    const optional = Object.keys(packages['']?.optionalDependencies ?? {});
    expect(optional.filter((name) => name in (packages['']?.dependencies ?? {}))).toEqual([]);
  });
});

describe('documents', () => {
  const documents = ['README.md', 'CHANGELOG.md', ...globSync(['docs/**/*.md', 'bench/*.md'], { cwd: PROJECT_DIR })];
  const textOf = (document: string) => readFileSync(path.join(PROJECT_DIR, document), 'utf8');

  it.each(documents)('every link in %s leads somewhere', (document) => {
    const links = [...textOf(document).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
    const broken = links.filter((link) => !/^(https?|mailto):/.test(link) && !leadsSomewhere(document, link));
    expect(broken).toEqual([]);
  });

  it.each(documents)('every file and every npm script that %s names is there', (document) => {
    const text = textOf(document);
    const named = [
      ...text.matchAll(/`((?:src|durable-objects|test|scripts|bench|docs|migrations|public)\/[^`\s<]*)`/g),
    ];
    const missing = named.flatMap(([, file]) =>
      file && globSync(file, { cwd: PROJECT_DIR }).length === 0 ? file : [],
    );
    expect(missing).toEqual([]);
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const run = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script]) => script ?? '');
    expect(run.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('README.md lists the flags of npm start as --help does', () => {
    const flags = HELP.split('\n').filter((line) => /^ {2}--(?!help)/.test(line));
    expect(flags.length).toBeGreaterThanOrEqual(5);
    const readme = textOf('README.md').split('\n');
    expect(flags.filter((flag) => !readme.includes(flag.trim()))).toEqual([]);
  });

  it('docs/logs.md has every event of the log', () => {
    const events = worker.flatMap(({ code }) =>
      [
        ...code.matchAll(/\blog(?:Fault|Failure)?\(\s*(?:[^;]{0,60}?'(?:debug|info|warn|error|fatal)',\s*)?'(\w+)'/g),
      ].map(([, event]) => event ?? ''),
    );
    expect(events.length).toBeGreaterThan(60);
    const text = textOf('docs/logs.md');
    expect([...new Set(events)].filter((event) => !text.includes(`\`${event}\``))).toEqual([]);
  });

  it('docs/storage-schema.md lists exactly the tables that migrations and schema steps make', () => {
    const [d1 = '', objects = ''] = textOf('docs/storage-schema.md').split(/^## /m).slice(1);
    const made = (...patterns: string[]) => {
      const STATEMENT = /^\s*(?:CREATE TABLE (\w+)|DROP TABLE (\w+)|ALTER TABLE (\w+) RENAME TO (\w+))/gim;
      // Several objects may have a table of one name.
      const tables: string[] = [];
      for (const file of globSync(patterns, { cwd: PROJECT_DIR }).sort()) {
        for (const [, created, dropped, from, to] of textOf(file).matchAll(STATEMENT)) {
          for (const gone of [dropped, from]) if (gone) tables.splice(tables.indexOf(gone), 1);
          for (const one of [created, to]) if (one) tables.push(one);
        }
      }
      return tables.sort();
    };
    const listed = (section: string, column: number) =>
      section
        .split('\n')
        .flatMap((row) => /^`(\w+)`$/.exec(row.split('|')[column]?.trim() ?? '')?.[1] ?? [])
        .sort();
    expect(listed(d1, 1)).toEqual(made('migrations/*.sql'));
    expect(listed(objects, 2)).toEqual(made('durable-objects/**/*.ts'));
  });
});

interface LockedPackage {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** As Node looks for it: beside the package itself, then one folder up, and so on. */
function isLocked(packages: Record<string, LockedPackage>, at: string, name: string): boolean {
  if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true;
  return at !== '' && isLocked(packages, at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/'))), name);
}

function leadsSomewhere(document: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = path.join(PROJECT_DIR, file === '' ? document : path.join(path.dirname(document), file));
  if (!existsSync(target)) return false;
  if (anchor === undefined) return true;
  const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading ?? ''));
  return headings.includes(anchor);
}

/** The anchor that Git hosts give a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}
