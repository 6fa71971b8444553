import { OWN_PRESETS, type OwnSpan, ownSpanParams, ownSpanWords } from '../lib/own-span.ts';
import { now } from '../state/clock.ts';
import { setParams } from '../state/route.ts';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';
import { RangeFields } from './range-fields.tsx';

interface SpanMenuProps {
  span: OwnSpan;
  /** Further parameters that do not outlive another time, such as what is open. */
  forget: Record<string, null>;
}

const HOUR_MS = 3_600_000;

/** The time of a page about years; in its address. */
export function SpanMenu({ span, forget }: SpanMenuProps) {
  const words = ownSpanWords(span);
  return (
    <Menu
      label={`Time: ${words}`}
      role="dialog"
      faceClass="button button-plain button-small"
      face={
        <>
          <Icon name="clock" />
          <span class="clip">{words}</span>
          <Icon name="chevron" />
        </>
      }
    >
      {(close) => {
        const choose = (next: OwnSpan) => {
          setParams({ ...ownSpanParams(next), ...forget });
          close();
        };
        return (
          <div class="range">
            <div class="range-presets">
              <button
                type="button"
                class="menu-item"
                aria-pressed={span.sinceMs === null && span.untilMs === null}
                onClick={() => choose({ sinceMs: null, untilMs: null })}
              >
                Any time
              </button>
              {OWN_PRESETS.map(({ label, ms }) => (
                <button
                  key={label}
                  type="button"
                  class="menu-item"
                  // Of the hour: who chooses it again gets the same address, and what is known already.
                  onClick={() => choose({ sinceMs: Math.floor((now() - ms) / HOUR_MS) * HOUR_MS, untilMs: null })}
                >
                  {label}
                </button>
              ))}
            </div>
            <RangeFields
              from={span.sinceMs}
              to={span.untilMs}
              open
              onChoose={(sinceMs, untilMs) => choose({ sinceMs, untilMs })}
            />
          </div>
        );
      }}
    </Menu>
  );
}
