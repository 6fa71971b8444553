import { err, ok, type Result } from '../../../shared/result.ts';
import type { Json, JsonObject } from '../../../wire/record.ts';
import { escapeHtml, escapeMrkdwn, truncate } from '../text.ts';
import { MAX_BODY_CHARS } from '../types.ts';
import { jsonFault } from './json-fault.ts';
import { parseTemplate } from './parse.ts';
import { lookUp, type Scope } from './path.ts';
import type { EachNode, Fault, Node, ValueNode } from './types.ts';

/** Of one template: loops in loops over a hundred firings are a million steps at the second. */
const MAX_STEPS = 100_000;

class Unrenderable extends Error {
  readonly fault: Fault;
  constructor(position: number, reason: string) {
    super(reason);
    this.fault = { reason, position };
  }
}

/** JSON made of a template, or the place in the template that spoils it. `spell` is for what values insert, which is part of JSON by then and must be after it. */
export function renderTemplate(
  template: string,
  view: JsonObject,
  spell: (inserted: string) => string = (inserted) => inserted,
): Result<string, Fault> {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return parsed;
  const output = new Output(spell);
  try {
    output.renderAll(parsed.value, { value: view, outer: null, index: 0, key: '', isLast: true });
  } catch (cause) {
    if (cause instanceof Unrenderable) return err(cause.fault);
    throw cause;
  }
  const { text } = output;
  if (isJson(text)) return ok(text);
  const { reason, position } = jsonFault(text) ?? {
    reason: 'what the template makes is no JSON',
    position: text.length,
  };
  return err({ reason, position: Math.min(output.templateAt(position), template.length) });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // jsonFault says where.
    return false;
  }
}

class Output {
  text = '';
  #steps = 0;
  /** Which place of the template each part of the text is from. */
  readonly #parts: { outputAt: number; templateAt: number; isText: boolean }[] = [];
  readonly #spell: (inserted: string) => string;

  constructor(spell: (inserted: string) => string) {
    this.#spell = spell;
  }

  renderAll(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) this.#render(node, scope);
  }

  templateAt(outputAt: number): number {
    const part = this.#parts.findLast((one) => one.outputAt <= outputAt);
    if (part === undefined) return 0;
    return part.templateAt + (part.isText ? outputAt - part.outputAt : 0);
  }

  #render(node: Node, scope: Scope): void {
    if (++this.#steps > MAX_STEPS) throw new Unrenderable(node.at, `the template takes more than ${MAX_STEPS} steps`);
    if (node.kind === 'text') this.#write(node.at, node.text, true);
    else if (node.kind === 'value') this.#write(node.at, this.#spell(textOf(node, lookUp(node.path, scope))), false);
    else if (node.kind === 'if') this.renderAll(isTruthy(lookUp(node.path, scope)) ? node.body : node.otherwise, scope);
    else this.#renderEach(node, scope);
  }

  #renderEach({ path, body, otherwise }: EachNode, scope: Scope): void {
    const entries = entriesOf(lookUp(path, scope));
    if (entries.length === 0) this.renderAll(otherwise, scope);
    for (const [index, [key, value]] of entries.entries()) {
      this.renderAll(body, { value, outer: scope, index, key, isLast: index === entries.length - 1 });
    }
  }

  #write(templateAt: number, text: string, isText: boolean): void {
    this.#parts.push({ outputAt: this.text.length, templateAt, isText });
    this.text += text;
    if (this.text.length > MAX_BODY_CHARS)
      throw new Unrenderable(templateAt, `the body is longer than ${MAX_BODY_CHARS} characters`);
  }
}

/** As in Handlebars: zero, an empty text and an empty list are nothing. */
function isTruthy(value: Json | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function entriesOf(value: Json | undefined): [string, Json][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function textOf({ helper, maxChars, inString }: ValueNode, value: Json | undefined): string {
  const isWhole = !inString && (helper === null || helper === 'json');
  if (isWhole) return JSON.stringify(value ?? null);
  const plain = helper === 'json' ? JSON.stringify(value ?? null) : plainText(value);
  const quoted = JSON.stringify(helped(helper, plain, maxChars).toWellFormed());
  return inString ? quoted.slice(1, -1) : quoted;
}

function helped(helper: ValueNode['helper'], text: string, maxChars: number): string {
  switch (helper) {
    case 'html':
      return escapeHtml(text);
    case 'mrkdwn':
      return escapeMrkdwn(text);
    case 'truncate':
      return truncate(text, maxChars);
    case 'json':
    case null:
      return text;
  }
}

function plainText(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
