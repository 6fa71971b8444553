import { err, ok, type Result } from '../../../shared/result.ts';
import type { JsonObject } from '../../../wire/record.ts';
import { parseTemplate } from './parse.ts';
import { renderTemplate } from './render.ts';
import type { Fault, Node, Path } from './types.ts';

const TAG = /\{\{[^{}]*\}\}/g;

/** A piece of the template, and where it is within the JSON that is made of it. */
interface Piece {
  templateAt: number;
  jsonAt: number;
  text: string;
  isTag: boolean;
}

/**
 * Plain text of a template of the same language. That makes JSON; so the text between its tags is spelled as JSON first, between quotes, and read back behind it.
 * Values are inserted as they are: whoever shows the text says how it is escaped. Error: where the template is wrong.
 */
export function renderPlainText(template: string, view: JsonObject): Result<string, Fault> {
  const { json, pieces } = asJson(template);
  const rendered = renderTemplate(json, view);
  return rendered.ok ? ok(JSON.parse(rendered.value) as string) : err(placed(rendered.error, pieces, template));
}

/** Values of the view that a template names, each by its first name, with the place where it does so first. Error: where it is wrong. */
export function namesInPlainText(template: string): Result<Map<string, number>, Fault> {
  const { json, pieces } = asJson(template);
  const parsed = parseTemplate(json);
  if (!parsed.ok) return err(placed(parsed.error, pieces, template));
  const names = new Map<string, number>();
  collect(parsed.value, 0, (name, at) => {
    if (!names.has(name)) names.set(name, placed({ reason: '', position: at }, pieces, template).position);
  });
  return ok(names);
}

/** Within `each`, names are those of its items, and `../` leads out again. */
function collect(nodes: readonly Node[], depth: number, note: (name: string, at: number) => void): void {
  const see = ({ up, keys, loop }: Path, at: number) => {
    const [name] = keys;
    if (loop === null && up >= depth && name !== undefined) note(name, at);
  };
  for (const node of nodes) {
    if (node.kind === 'text') continue;
    see(node.path, node.at);
    if (node.kind === 'value') continue;
    collect(node.body, depth + (node.kind === 'each' ? 1 : 0), note);
    collect(node.otherwise, depth, note);
  }
}

function asJson(template: string): { json: string; pieces: Piece[] } {
  const pieces: Piece[] = [];
  let json = '"';
  let at = 0;
  const add = (text: string, isTag: boolean) => {
    pieces.push({ templateAt: at, jsonAt: json.length, text, isTag });
    json += isTag ? text : spelled(text);
    at += text.length;
  };
  for (const { 0: tag, index } of template.matchAll(TAG)) {
    add(template.slice(at, index), false);
    add(tag, true);
  }
  add(template.slice(at), false);
  return { json: `${json}"`, pieces };
}

function spelled(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The same place in the template as it was written. */
function placed({ reason, position }: Fault, pieces: readonly Piece[], template: string): Fault {
  const piece = pieces.findLast(({ jsonAt }) => jsonAt <= position);
  if (piece === undefined) return { reason, position: 0 };
  let into = position - piece.jsonAt;
  if (!piece.isTag) {
    let [chars, jsonChars] = [0, 0];
    while (jsonChars < into && chars < piece.text.length) jsonChars += spelled(piece.text[chars++] ?? '').length;
    into = chars;
  }
  return { reason, position: Math.min(piece.templateAt + into, template.length) };
}
