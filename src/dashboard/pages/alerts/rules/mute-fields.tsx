import type { MuteWindow } from '../../../../wire/alerts.ts';
import { Button } from '../../../components/button.tsx';
import { minuteOf, minuteText } from './minute-text.ts';

/** Monday first, as weeks are planned; 0 is Sunday. */
const DAYS = [
  { day: 1, word: 'Mon' },
  { day: 2, word: 'Tue' },
  { day: 3, word: 'Wed' },
  { day: 4, word: 'Thu' },
  { day: 5, word: 'Fri' },
  { day: 6, word: 'Sat' },
  { day: 0, word: 'Sun' },
] as const;

const HOUR_MINUTES = 60;
const NIGHT = { fromMinute: 22 * HOUR_MINUTES, toMinute: 7 * HOUR_MINUTES };

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

interface MuteFieldsProps {
  windows: readonly MuteWindow[];
  onChange: (windows: MuteWindow[]) => void;
  reason: (pointer: string) => string | null;
}

/** Hours of the week at which nobody is told. What still fires when they end is told then. */
export function MuteFields({ windows, onChange, reason }: MuteFieldsProps) {
  const set = (at: number, change: Partial<MuteWindow>) =>
    onChange(windows.map((window, i) => (i === at ? { ...window, ...change } : window)));
  const add = () => onChange([...windows, { days: [1, 2, 3, 4, 5], ...NIGHT, timeZone: ownZone() }]);
  return (
    <fieldset class="rule-part">
      <legend>Not at these hours</legend>
      <div class="rule-wide rule-mutes">
        {windows.map((window, at) => (
          <MuteRow
            key={at}
            number={at + 1}
            window={window}
            error={reason(`/muteWindows/${at}`)}
            onChange={(change) => set(at, change)}
            onRemove={() => onChange(windows.filter((_, i) => i !== at))}
          />
        ))}
        <div class="pairs-foot">
          <Button small icon="plus" onClick={add}>
            Add hours
          </Button>
          <p class="field-hint">Nobody is told at these hours. What still fires when they end is told then.</p>
        </div>
      </div>
    </fieldset>
  );
}

interface MuteRowProps {
  number: number;
  window: MuteWindow;
  error: string | null;
  onChange: (change: Partial<MuteWindow>) => void;
  onRemove: () => void;
}

function MuteRow({ number, window, error, onChange, onRemove }: MuteRowProps) {
  const { days, fromMinute, toMinute, timeZone } = window;
  const zones = Intl.supportedValuesOf('timeZone');
  const toggle = (day: number) =>
    onChange({ days: days.includes(day) ? days.filter((d) => d !== day) : [...days, day].toSorted() });
  const time = (name: 'fromMinute' | 'toMinute', label: string, value: number) => (
    <input
      class="input rule-time"
      type="time"
      aria-label={`${label} of hours ${number}`}
      value={minuteText(value)}
      onInput={(event) => {
        const minute = minuteOf(event.currentTarget.value);
        if (minute !== null) onChange({ [name]: minute });
      }}
    />
  );
  return (
    <fieldset class="rule-mute">
      <legend class="visually-hidden">Hours {number}</legend>
      <span class="rule-days">
        {DAYS.map(({ day, word }) => (
          <Button key={day} small pressed={days.includes(day)} onClick={() => toggle(day)}>
            {word}
          </Button>
        ))}
      </span>
      <span class="rule-times">
        {time('fromMinute', 'Start', fromMinute)} <span class="faint">to</span> {time('toMinute', 'End', toMinute)}
        <span class="faint">{toMinute <= fromMinute ? 'of the next day' : ''}</span>
      </span>
      <span class="rule-zone">
        <select
          class="select"
          aria-label={`Time zone of hours ${number}`}
          value={timeZone}
          onChange={(event) => onChange({ timeZone: event.currentTarget.value })}
        >
          {(zones.includes(timeZone) ? zones : [timeZone, ...zones]).map((zone) => (
            <option key={zone} value={zone}>
              {zone}
            </option>
          ))}
        </select>
        <Button kind="quiet" icon="close" label={`Take out hours ${number}`} onClick={onRemove} />
      </span>
      {error ? (
        <p class="field-error" role="alert">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
