import type { OriginalFrame, StackFrame } from '../../../wire/error-groups.ts';
import { builtPlaceOf, functionOf, placeOf } from '../../lib/stack.ts';

/** One line of the stack, with its source where it is known. */
export function Frame({ frame, open }: { frame: StackFrame; open: boolean }) {
  const built = builtPlaceOf(frame);
  const { original } = frame;
  const face = (
    <>
      <bdi class="stack-frame-function">{functionOf(frame)}</bdi>
      <bdi class="stack-frame-place">{placeOf(frame)}</bdi>
    </>
  );
  // Nothing to unfold.
  if (original === null) return <li class={`stack-frame${frame.inApp ? ' stack-frame-own' : ''}`}>{face}</li>;
  return (
    <li class={`stack-frame${frame.inApp ? ' stack-frame-own' : ''}`}>
      <details open={open}>
        <summary>{face}</summary>
        {original.context.length === 0 ? (
          <p class="faint">The source map knows the place, but does not hold the source.</p>
        ) : (
          <Source original={original} />
        )}
        {built === null ? null : (
          <p class="stack-frame-built">
            in the file that ran: <bdi>{built}</bdi>
          </p>
        )}
      </details>
    </li>
  );
}

function Source({ original }: { original: OriginalFrame }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (WCAG 2.1.1).
    <section class="source" tabIndex={0} aria-label={`Source of ${original.file}, line ${original.line}`}>
      <table>
        <tbody>
          {original.context.map(({ line, text }) => (
            <tr key={line} class={line === original.line ? 'source-here' : ''}>
              <th scope="row">{line}</th>
              <td>
                {line === original.line ? <mark>{text || ' '}</mark> : text}
                {line === original.line ? <span class="visually-hidden"> (here)</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
