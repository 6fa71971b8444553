import type { Decision, Reason } from '../../../wire/fraud.ts';
import { CUT, reasonSteps } from './reason-steps.ts';
import { DECISION_WORDS, ruleName } from './words.ts';

interface ReasonBarsProps {
  reasons: readonly Reason[];
  riskScore: number;
  decision: Decision;
}

/** How a score came about: each bar goes on where the one above it ended, the last line is the score. */
export function ReasonBars({ reasons, riskScore, decision }: ReasonBarsProps) {
  const { steps, lowest, highest } = reasonSteps(reasons, riskScore);
  const scale = 100 / (highest - lowest);
  const at = (points: number) => `${(points - lowest) * scale}%`;
  return (
    <table class="reason-bars">
      <caption class="visually-hidden">Reasons of the score</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Points</th>
        </tr>
      </thead>
      <tbody>
        {steps.length === 0 ? (
          <tr>
            <td class="faint">No rule found anything.</td>
            <td class="num">0</td>
          </tr>
        ) : null}
        {steps.map(({ rule, points, detail, from, length }, i) => (
          <tr key={i}>
            <td>
              <strong>{ruleName(rule)}</strong>
              <span class="reason-detail" dir="auto">
                {detail}
              </span>
              <span class="reason-track" aria-hidden="true">
                <i
                  class={rule === CUT ? 'reason-cut' : points < 0 ? 'reason-less' : 'reason-more'}
                  style={{ left: at(from), width: `${length * scale}%` }}
                />
              </span>
            </td>
            <td class="num">{points > 0 ? `+${points}` : String(points).replace('-', '−')}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td>
            <strong>Score</strong>
            <span class="reason-track" aria-hidden="true">
              <i class={`reason-${decision}`} style={{ left: at(0), width: `${riskScore * scale}%` }} />
            </span>
          </td>
          <td class="num">
            <strong>{riskScore}</strong> {DECISION_WORDS[decision].toLowerCase()}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
