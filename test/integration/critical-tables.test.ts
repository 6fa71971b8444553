import { describe, expect, it } from 'vitest';
import { CRITICAL_TABLES } from '../helpers/critical-tables.ts';
import { type SourceFile, sources } from '../helpers/node/sources.ts';

/** Where SQL that writes a critical table stands, and who runs it. What happens at run time: test/worker/audit-writers.test.ts and audit-cron.test.ts. */

const worker = sources('src/**/*.ts', 'durable-objects/**/*.ts').filter(
  ({ file }) => !/^src\/(dashboard|sdk)\//.test(file),
);
const isStore = ({ file }: SourceFile) => /\/(\w+-)*store\.ts$/.test(file);

const TABLE = String.raw`(?:${CRITICAL_TABLES.join('|')})\b`;
const VERBS = String.raw`\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+`;
const REPLACING = String.raw`\b(?:INSERT\s+OR\s+\w+\s+INTO|REPLACE\s+INTO|UPDATE\s+OR\s+\w+)\s+`;
const CONFLICT = new RegExp(`${REPLACING}(?:${TABLE}|audit\\b)`);

function writes(code: string): boolean {
  if (new RegExp(`(?:${VERBS}|${REPLACING})${TABLE}`).test(code)) return true;
  // A name that is put in at run time is one of those that stand beside it.
  return new RegExp(String.raw`(?:${VERBS}|${REPLACING})\$\{`).test(code) && new RegExp(`['"]${TABLE}['"]`).test(code);
}

/** Each function of a file with its body, and each constant, up to the next one. */
function declarations(code: string): { name: string; body: string }[] {
  const starts = [...code.matchAll(/^(?:export )?(?:async )?(?:function|const) (\w+)/gm)];
  return starts.map(({ 1: name = '', index }, i) => ({ name, body: code.slice(index, starts[i + 1]?.index) }));
}

/** Names of what writes: itself, or by a constant or function of its file. */
function writersIn({ code }: SourceFile): string[] {
  const all = declarations(code);
  const names = new Set(all.filter(({ body }) => writes(body)).map(({ name }) => name));
  for (let before = -1; before !== names.size; ) {
    before = names.size;
    for (const { name, body } of all)
      if ([...names].some((known) => known !== name && new RegExp(String.raw`\b${known}\b`).test(body)))
        names.add(name);
  }
  return [...names];
}

const stores = worker.filter(isStore);
const writers = new Map(stores.map((store) => [store.file, writersIn(store)]));
const AUDIT = ['auditStatement', 'auditIfChanged', 'auditMoved'];

/** What a piece of a file calls of that: the names of other stores mean other things. */
function namedIn(text: string, { file, imports }: SourceFile): string | undefined {
  const seen = [...writers].flatMap(([store, all]) => {
    const door = `${store.split('/').slice(0, 2).join('/')}/index.ts`;
    return file === store || imports.some(({ target }) => target === store || target === door) ? all : [];
  });
  return [...seen, ...AUDIT].find((name) => new RegExp(String.raw`\b${name}\(`).test(text));
}

/** What stands between the bracket at `from` and the one that closes it. */
function within(code: string, from: number): string {
  let depth = 0;
  for (let i = from; i < code.length; i++) {
    if (code[i] === '(') depth++;
    if (code[i] === ')' && --depth === 0) return code.slice(from + 1, i);
  }
  return code.slice(from);
}

describe('SQL that writes a critical table', () => {
  it('stands in stores alone, which hand it over as statements and run none of it', () => {
    expect(worker.filter((one) => !isStore(one) && writes(one.code)).map(({ file }) => file)).toEqual([]);
    const running = stores.flatMap((store) =>
      declarations(store.code)
        .filter(
          ({ name, body }) =>
            writers.get(store.file)?.includes(name) && /\.(run|batch|all|first|raw)(<[^>]*>)?\(/.test(body),
        )
        .map(({ name }) => `${store.file} ${name}`),
    );
    expect(running).toEqual([]);
    // The rule finds what it is for.
    const found = [...writers].flatMap(([file, all]) => all.map((name) => `${file} ${name}`));
    expect(found).toEqual(
      expect.arrayContaining([
        ...[
          'src/auth/store.ts insertUser',
          'src/auth/rotation-store.ts touchSession',
          'src/projects/store.ts insertKey',
        ],
        ...['src/auth/factors/factor-store.ts clearFactors', 'src/etl/schema-store.ts insertSchema'],
      ]),
    );
  });

  it('is run by auditedBatch, which says who acts, as are the rows of the trail', () => {
    const strays = worker.flatMap((source) => {
      const { file, code } = source;
      if (file === 'src/audit/batch.ts') return [];
      const batches = [...code.matchAll(/\.batch(?:<[^>]*>)?\(/g)].map(({ 0: match, index }) =>
        within(code, index + match.length - 1),
      );
      const runs = [...code.matchAll(/\.(?:run|all|first|raw)(?:<[^>]*>)?\(/g)].map(({ index }) => {
        const before = code.slice(0, index);
        return before.slice(Math.max(before.lastIndexOf(';'), before.lastIndexOf('{\n'), before.lastIndexOf('=>')) + 1);
      });
      return [...batches, ...runs].flatMap((text) => {
        const name = namedIn(text, source);
        return name === undefined ? [] : [`${file} ${name}`];
      });
    });
    expect(strays).toEqual([]);
    // And what a list was put together of.
    const lists = worker.flatMap((source) =>
      [...source.code.matchAll(/\.batch(?:<[^>]*>)?\((\w+)\)/g)].flatMap(([, list]) =>
        [...source.code.matchAll(new RegExp(String.raw`\b${list}(?:\.push\(|[^;=()]*=)[^;]*;`, 'g'))].flatMap(
          ([text]) => {
            const name = namedIn(text, source);
            return name === undefined ? [] : [`${source.file} ${name}`];
          },
        ),
      ),
    );
    expect(lists).toEqual([]);
  });

  it('never says REPLACE or another policy for conflicts, by which rows go without a trigger that sees it', () => {
    expect(worker.filter(({ code }) => CONFLICT.test(code)).map(({ file }) => file)).toEqual([]);
  });
});
