import { day, minute, second } from '../../lib/format.ts';
import { lastWords, PRESETS, type Range, widened } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { range, setRange, span } from '../../state/range.ts';
import { path } from '../../state/route.ts';
import { Icon } from '../icon.tsx';
import { Menu } from '../menu.tsx';
import { RangeFields } from '../range-fields.tsx';

function shown(): Range {
  return path.value === '/live' ? { kind: 'live' } : range.value;
}

/** From here down minutes are too coarse. */
const SHORT_MS = 10 * 60_000;

function labelOf(current: Range): string {
  if (current.kind === 'live') return 'Live';
  if (current.kind === 'preset') {
    const words = lastWords(PRESETS.find((preset) => preset.id === current.id) ?? PRESETS[0]);
    return `${words[0]?.toUpperCase()}${words.slice(1)}`;
  }
  const sameDay = day(current.fromMs) === day(current.toMs);
  // "12:42 to 12:42" names no time.
  const time = current.toMs - current.fromMs < SHORT_MS ? second : minute;
  const to = sameDay ? time(current.toMs) : `${day(current.toMs).slice(5)} ${time(current.toMs)}`;
  return `${day(current.fromMs).slice(5)} ${time(current.fromMs)} to ${to}`;
}

export function RangePicker() {
  const current = shown();
  return (
    <Menu
      label={`Time range: ${labelOf(current)}`}
      role="dialog"
      align="end"
      face={
        <>
          <Icon name={current.kind === 'live' ? 'live' : 'clock'} />
          <span class="clip">{labelOf(current)}</span>
          <Icon name="chevron" />
        </>
      }
    >
      {(close) => <RangeForm current={current} close={close} />}
    </Menu>
  );
}

function RangeForm({ current, close }: { current: Range; close: () => void }) {
  const { fromMs, toMs } = span.peek();
  const choose = (next: Range) => {
    setRange(next);
    close();
  };
  const chosen = (id: string) => (current.kind === 'preset' ? current.id === id : current.kind === id);
  return (
    <div class="range">
      <div class="range-presets">
        <button type="button" class="menu-item" aria-pressed={chosen('live')} onClick={() => choose({ kind: 'live' })}>
          Live
        </button>
        {PRESETS.map((preset) => (
          <button
            key={preset.id}
            type="button"
            class="menu-item"
            aria-pressed={chosen(preset.id)}
            onClick={() => choose({ kind: 'preset', id: preset.id })}
          >
            {preset.label}
          </button>
        ))}
        <button
          type="button"
          class="menu-item"
          onClick={() => choose({ kind: 'fixed', ...widened(span.peek(), now()) })}
        >
          Twice as long
        </button>
      </div>
      <RangeFields
        from={fromMs}
        to={toMs}
        open={false}
        onChoose={(from, to) => choose({ kind: 'fixed', fromMs: from, toMs: to })}
      />
    </div>
  );
}
