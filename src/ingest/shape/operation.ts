import { err, ok, type Result } from '../../shared/result.ts';
import { callOf, NONE } from '../../wire/operations.ts';
import type { Json, JsonObject } from '../../wire/record.ts';
import type { Refusal } from '../normalise.ts';
import { outcomeOf } from './outcome.ts';
import { categoryOf } from './reason.ts';
import { numberOf, objectOf, own, textOf } from './values.ts';

/** They become names of rollups and values of labels, which are kept for years. */
const MAX_WORD_CHARS = 64;
/** Sizes of a scope are summed up under this name (src/rollups): a scope that ends so would be taken for one of those. */
const SIZES = '.bytes';
const DURATIONS = ['durationMs', 'duration', 'duration_ms', 'latencyMs', 'latency_ms'] as const;
const BYTES = ['bytes', 'size', 'responseBytes', 'response_bytes'] as const;

/** Where a field stands, as its sender would name it: `/attrs/duration`, or `/duration`. */
type At = (name: string) => string;

/**
 * A record of stream `operations`: `scope`, `gateway`, `operation`, `durationMs`, `outcome`, `reason`, `bytes` and `labels`, whatever its sender
 * calls them. Of what it wrote under one of these names in another way, `sent` keeps the original. Without a scope it is no operation and stays as
 * it is; so it does where `scope` is an object, which is what OTLP has under that name.
 */
export function shapeOperation(attrs: JsonObject, at: At): Result<JsonObject, Refusal> {
  const scopeSaid = own(attrs, 'scope') ?? null;
  if (scopeSaid === null || scopeSaid === '' || objectOf(scopeSaid) !== null) return ok(attrs);
  const given = own(attrs, 'labels') ?? null;
  const labels = given === null ? {} : objectOf(given);
  if (labels === null) return err({ pointer: at('labels'), reason: 'must be an object' });
  const fields = new Fields(attrs, labels, at);
  const scope = fields.word('scope', [])?.toLowerCase() ?? null;
  if (scope?.endsWith(SIZES)) fields.refuse('scope', `must not end in ${SIZES}`);
  const gateway = fields.word('gateway', ['target']);
  const operation = fields.word('operation', []);
  const durationMs = fields.number(DURATIONS, 'must be milliseconds from 0 up', (value) => value >= 0);
  const bytes = fields.number(BYTES, 'must be a whole number from 0 up', (n) => n >= 0 && Number.isSafeInteger(n));
  const outcome = outcomeOf(attrs);
  if (outcome !== null && 'wrong' in outcome) fields.refuse(outcome.wrong, UNKNOWN_OUTCOME);
  if (fields.refusal !== null) return err(fields.refusal);

  const verdict = outcome !== null && 'outcome' in outcome ? outcome : null;
  const why = verdict?.outcome === 'failure' ? (verdict.reason ?? textOf(own(labels, 'reason'))) : null;
  const reason = why === null ? null : categoryOf(why);
  const shaped = present({ scope, gateway, operation, durationMs, outcome: verdict?.outcome ?? null, reason, bytes });
  const ours = present({
    gateway,
    operation: operation ?? NONE,
    call: callOf(gateway, operation ?? NONE),
    reason: verdict?.outcome === 'failure' ? (reason ?? NONE) : null,
  });
  return ok({ ...attrs, ...shaped, ...sentOf(attrs, shaped), labels: { ...labels, ...ours } });
}

const UNKNOWN_OUTCOME = 'must be success or failure, a word that means one of them, true or false, or an HTTP status';

/** Reads fields and keeps the first thing that is wrong. */
class Fields {
  refusal: Refusal | null = null;
  readonly #attrs: JsonObject;
  readonly #labels: JsonObject;
  readonly #at: At;

  constructor(attrs: JsonObject, labels: JsonObject, at: At) {
    this.#attrs = attrs;
    this.#labels = labels;
    this.#at = at;
  }

  refuse(name: string, reason: string): null {
    this.refusal ??= { pointer: this.#at(name), reason };
    return null;
  }

  /** Of the attributes, else of the labels. Under another name than ours, what is no word is something else. */
  word(name: string, aliases: readonly string[]): string | null {
    const said = own(this.#attrs, name) ?? null;
    const found = [name, ...aliases].find((one) => textOf(own(this.#attrs, one)) !== null);
    if (said !== null && said !== '' && found !== name) return this.refuse(name, 'must be a string');
    const word = found === undefined ? textOf(own(this.#labels, name)) : textOf(own(this.#attrs, found));
    if (word === null || word.length <= MAX_WORD_CHARS) return word;
    return this.refuse(found ?? `labels/${name}`, `is longer than ${MAX_WORD_CHARS} characters`);
  }

  number(names: readonly string[], reason: string, isRight: (value: number) => boolean): number | null {
    for (const name of names) {
      const said = own(this.#attrs, name) ?? null;
      if (said === null || said === '') continue;
      const value = numberOf(said);
      // `size` is also what shirts have.
      if (value === null && name === 'size') continue;
      return value !== null && isRight(value) ? value : this.refuse(name, reason);
    }
    return null;
  }
}

function present(fields: Record<string, Json>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** What the sender wrote under a name of ours and what is written there otherwise now. */
function sentOf(attrs: JsonObject, shaped: JsonObject): JsonObject {
  const changed = Object.keys(shaped).filter((name) => {
    const before = own(attrs, name) ?? null;
    return before !== null && before !== shaped[name];
  });
  if (changed.length === 0) return {};
  let name = 'sent';
  while (Object.hasOwn(attrs, name)) name += '_';
  return { [name]: Object.fromEntries(changed.map((key) => [key, attrs[key] as Json])) };
}
