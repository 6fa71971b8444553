import type { DryRunExample, Facts, ReplayResult, RiskSettings, Scored } from '../../wire/fraud.ts';
import { scoreOf } from './score.ts';

/** As many as a person looks at. */
const MAX_EXAMPLES = 20;

export interface Replayed extends Scored {
  id: string;
  atMs: number;
  userId: string;
  facts: Facts;
}

/** What other settings would have said of events, against what was said of them. Takes them one by one, in any order, and keeps 20 of them. */
export class Replay {
  readonly #settings: RiskSettings;
  readonly #result: ReplayResult = { events: 0, changed: 0, rescored: 0, matrix: emptyMatrix(), examples: [] };

  constructor(settings: RiskSettings) {
    this.#settings = settings;
  }

  add({ id, atMs, userId, facts, riskScore, decision, reasons }: Replayed): void {
    const result = this.#result;
    const after = scoreOf(facts, this.#settings);
    result.events++;
    result.matrix[decision][after.decision]++;
    if (after.riskScore !== riskScore) result.rescored++;
    if (after.decision === decision) return;
    result.changed++;
    const { examples } = result;
    const weakest = examples[MAX_EXAMPLES - 1];
    const example: DryRunExample = {
      ...{ eventId: id, atMs, userId },
      before: { riskScore, decision, reasons },
      after: { riskScore: after.riskScore, decision: after.decision, reasons: after.reasons },
    };
    if (weakest !== undefined && byInterest(weakest, example) <= 0) return;
    examples.push(example);
    examples.sort(byInterest);
    examples.length = Math.min(examples.length, MAX_EXAMPLES);
  }

  result(): ReplayResult {
    return this.#result;
  }
}

function byInterest(a: DryRunExample, b: DryRunExample): number {
  const moved = ({ before, after }: DryRunExample) => Math.abs(after.riskScore - before.riskScore);
  return moved(b) - moved(a) || b.atMs - a.atMs || (a.eventId < b.eventId ? 1 : -1);
}

function emptyMatrix(): ReplayResult['matrix'] {
  const row = () => ({ allow: 0, review: 0, deny: 0 });
  return { allow: row(), review: row(), deny: row() };
}
