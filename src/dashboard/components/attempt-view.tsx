import '../styles/attempt.css';
import type { Attempt } from '../../wire/delivery.ts';
import { timingOf } from '../lib/attempt-timing.ts';
import { ATTEMPT_KINDS, ms, outcomeTone, outcomeWords } from '../lib/delivery-words.ts';
import { asSentence } from '../lib/errors.ts';
import { CodeBlock } from './code-block.tsx';
import { StatusDot } from './status-dot.tsx';
import { Time } from './time.tsx';

/** One HTTP try in full: what became of it, where its time went, what was sent and what came back. */
export function AttemptView({ attempt }: { attempt: Attempt }) {
  const { request, response, error } = attempt;
  return (
    <div class="attempt">
      {error === null ? null : <p class="attempt-error">{asSentence(error)}</p>}
      {attempt.durationMs > 0 ? <Timing attempt={attempt} /> : null}
      <h4>Request</h4>
      <p class="attempt-url">
        POST <bdi>{request.url}</bdi>
      </p>
      <Headers label="Headers of the request" headers={request.headers} />
      <CodeBlock label="Body of the request" code={readable(request.body)} />
      <h4>Answer{attempt.status === null ? '' : ` ${attempt.status}`}</h4>
      {response === null ? (
        <p class="faint">None came.</p>
      ) : (
        <>
          <Headers label="Headers of the answer" headers={response.headers} />
          {response.body === '' ? (
            <p class="faint">Without a body.</p>
          ) : (
            <CodeBlock label="Body of the answer" code={readable(response.body)} />
          )}
          {response.truncated ? <p class="faint">Cut: only the first 16 KiB of an answer are kept.</p> : null}
        </>
      )}
    </div>
  );
}

/** One line for it, above which it unfolds. */
export function AttemptHead({ attempt }: { attempt: Attempt }) {
  const kind = ATTEMPT_KINDS[attempt.kind];
  return (
    <span>
      <StatusDot tone={outcomeTone(attempt.outcome)}>{outcomeWords(attempt.outcome, attempt.status)}</StatusDot>{' '}
      <span class="faint">
        {ms(attempt.durationMs)}, <Time ms={attempt.atMs} />
        {kind === null ? '' : `, ${kind}`}
      </span>
    </span>
  );
}

function Timing({ attempt }: { attempt: Attempt }) {
  const parts = timingOf(attempt);
  const words = parts.map(({ label, ms: took }) => `${label} ${ms(took)}`);
  return (
    <figure class="timing">
      <div class="timing-bar" role="img" aria-label={`${ms(attempt.durationMs)} in total: ${words.join(', ')}`}>
        {parts.map(({ id, share }) => (
          <i key={id} class={`timing-${id}`} style={{ width: `${share * 100}%` }} />
        ))}
      </div>
      <figcaption>
        {parts.map(({ id, label, ms: took }) => (
          <span key={id}>
            <i class={`timing-${id}`} aria-hidden="true" />
            {label} {ms(took)}
          </span>
        ))}
        <strong>{ms(attempt.durationMs)} in total</strong>
      </figcaption>
    </figure>
  );
}

function Headers({ label, headers }: { label: string; headers: Record<string, string> }) {
  const all = Object.entries(headers);
  if (all.length === 0) return null;
  return (
    <details class="attempt-headers">
      <summary>
        {all.length} {all.length === 1 ? 'header' : 'headers'}
      </summary>
      <table class="fields" aria-label={label}>
        <tbody>
          {all.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">
                <code dir="auto">{name}</code>
              </th>
              <td dir="auto">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** JSON with its lines; anything else as it is. */
export function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body; // no JSON: a receiver may answer with anything
  }
}
