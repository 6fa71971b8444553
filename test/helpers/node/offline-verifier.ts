import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../../../scripts/lib/run.ts';
import { temporaryFolder } from './temporary.ts';

export interface Verdict {
  /** Exit status: 0 where it holds. */
  code: number | null;
  text: string;
}

/** scripts/verify-audit.mjs as somebody runs it who has that file, files from the API, and Node. */
export class OfflineVerifier {
  readonly #dir = temporaryFolder('audit-verifier');

  run(...args: string[]): Verdict {
    // A copy on its own: it needs nothing of the project.
    const script = path.join(this.#dir, 'verify-audit.mjs');
    copyFileSync(path.join(PROJECT_DIR, 'scripts/verify-audit.mjs'), script);
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      cwd: this.#dir,
      encoding: 'utf8',
    });
    return { code: status, text: stdout + stderr };
  }

  /** `proof` is the answer of `GET /api/audit/proof/:seq`, or a text that is none. */
  checkProof(key: string, proof: unknown): Verdict {
    const text = typeof proof === 'string' ? proof : JSON.stringify(proof);
    return this.run('proof', '--key', key, this.#file('proof.json', text));
  }

  checkExport(key: string, notes: readonly string[], text: string): Verdict {
    return this.run(
      ...['export', '--key', key],
      ...notes.flatMap((note, i) => ['--checkpoint', this.#file(`note-${i}.txt`, note)]),
      this.#file('audit.ndjson', text),
    );
  }

  #file(name: string, text: string): string {
    writeFileSync(path.join(this.#dir, name), text);
    return name;
  }
}

/** The whole trail as text: what a reader of JSON makes of it would not be the same bytes. */
export async function exportTrail({ url, adminPassword }: { url: string; adminPassword: string }): Promise<string> {
  const login = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: adminPassword }),
  });
  const cookie = login.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  const answer = await fetch(`${url}/api/audit/export`, { headers: { cookie } });
  const type = answer.headers.get('content-type');
  if (!answer.ok || type !== 'application/x-ndjson') {
    throw new Error(`the export of the trail answers ${answer.status}, ${type}: ${await answer.text()}`);
  }
  return answer.text();
}
