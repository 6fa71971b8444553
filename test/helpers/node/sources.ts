import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../../../scripts/lib/run.ts';

export interface SourceFile {
  /** From the project folder, with slashes. */
  file: string;
  text: string;
  /** The text without comments: what runs. */
  code: string;
  imports: Import[];
}

export interface Import {
  /** From the project folder for a relative import, else the package's name as written. */
  target: string;
  relative: boolean;
  typeOnly: boolean;
}

export function sources(...patterns: string[]): SourceFile[] {
  return globSync(patterns, { cwd: PROJECT_DIR })
    .map((file) => file.split(path.sep).join('/'))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(PROJECT_DIR, file), 'utf8');
      const code = withoutComments(text);
      return { file, text, code, imports: importsOf(file, code) };
    });
}

/** Strings and templates are skipped over, so that a `//` in one of them starts no comment. */
export function withoutComments(text: string): string {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(token, (match) => (match.startsWith('//') || match.startsWith('/*') ? ' ' : match));
}

function importsOf(file: string, code: string): Import[] {
  const statement =
    /(?:^|\n)\s*(import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(statement)].map(([, , type, named, dynamic]) => {
    const name = named ?? dynamic ?? '';
    const relative = name.startsWith('.');
    const target = relative ? path.posix.join(path.posix.dirname(file), name) : name;
    return { target, relative, typeOnly: type !== undefined };
  });
}
