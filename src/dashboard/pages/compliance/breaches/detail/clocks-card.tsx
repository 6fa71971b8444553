import { useState } from 'preact/hooks';
import type { Breach, BreachClock } from '../../../../../wire/compliance.ts';
import { answerClock, type ClockAnswer } from '../../../../api/breaches.ts';
import { Button } from '../../../../components/button.tsx';
import { Check } from '../../../../components/field.tsx';
import { FormDialog } from '../../../../components/form-dialog.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { TextArea } from '../../../../components/text-area.tsx';
import { Time } from '../../../../components/time.tsx';
import { TimeField } from '../../../../components/time-field.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import { now, ticking } from '../../../../state/clock.ts';
import { say } from '../../../../state/toasts.ts';
import { CLOCK_WORDS, clockTone, openWords } from '../breach-words.ts';

/** What each law wants by when, and whether it was done. */
export function ClocksCard({ breach, onChanged }: { breach: Breach; onChanged: () => void }) {
  const [answering, setAnswering] = useState<BreachClock | null>(null);
  const clocks = breach.clocks.toSorted((a, b) => a.dueAtMs - b.dueAtMs);
  return (
    <section class="card detail-card" aria-label="Clocks">
      <h2>Clocks</h2>
      <ol class="breach-clocks">
        {clocks.map((clock) => (
          <li key={clock.id}>
            <span class="breach-clock-what">
              <strong>{clock.label}</strong>
              <span class="faint">{clock.source}</span>
            </span>
            <span class="breach-clock-when">
              <StatusDot tone={clockTone(clock, ticking.value)}>
                {isOpen(clock) ? openWords(clock, breach.awareAtMs, ticking.value) : CLOCK_WORDS[clock.state].word}
              </StatusDot>
              <span class="faint">
                due <Time ms={clock.dueAtMs} />
                {clock.doneAtMs === null ? null : (
                  <>
                    , done <Time ms={clock.doneAtMs} />
                  </>
                )}
              </span>
              {clock.note === null ? null : <bdi class="faint">{clock.note}</bdi>}
            </span>
            {breach.state === 'resolved' ? null : (
              <Button small onClick={() => setAnswering(clock)}>
                {isOpen(clock) ? 'Answer' : 'Change'}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {answering ? (
        <ClockDialog
          breachId={breach.id}
          clock={answering}
          onDone={() => {
            setAnswering(null);
            say('The clock is answered');
            onChanged();
          }}
          onClose={() => setAnswering(null)}
        />
      ) : null}
    </section>
  );
}

function isOpen({ state }: BreachClock): boolean {
  return state === 'running' || state === 'overdue';
}

interface ClockDialogProps {
  breachId: string;
  clock: BreachClock;
  onDone: () => void;
  onClose: () => void;
}

function ClockDialog({ breachId, clock, onDone, onClose }: ClockDialogProps) {
  const [notNeeded, setNotNeeded] = useState(clock.state === 'not_needed');
  const [doneAtMs, setDoneAt] = useState<number | null>(clock.doneAtMs ?? now());
  const [note, setNote] = useState(clock.note ?? '');
  const [reopened, setReopened] = useState(false);
  const text = note.trim();
  const answer: ClockAnswer = reopened
    ? { doneAtMs: null, note: text || null }
    : notNeeded
      ? { notNeeded, note: text }
      : { doneAtMs, note: text || null };
  return (
    <FormDialog
      title={clock.label}
      action="Save"
      ready={reopened || (notNeeded ? text !== '' : doneAtMs !== null)}
      places={['/doneAtMs', '/note']}
      submit={() => answerClock(breachId, clock.id, answer)}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          {isOpen(clock) ? null : <Check label="It is open after all" checked={reopened} onChange={setReopened} />}
          {reopened ? null : <Check label="It is not needed here" checked={notNeeded} onChange={setNotNeeded} />}
          {notNeeded || reopened ? null : (
            <TimeField
              label="Done at"
              ms={doneAtMs}
              error={fieldReason(error, '/doneAtMs')}
              onInput={setDoneAt}
              required
            />
          )}
          <TextArea
            label={notNeeded && !reopened ? 'Why not' : 'Note (optional)'}
            rows={3}
            value={note}
            placeholder={notNeeded ? 'The data was encrypted, Art. 34(3)(a)' : 'Reference 2026/114 of the authority'}
            error={fieldReason(error, '/note')}
            onInput={setNote}
          />
        </>
      )}
    </FormDialog>
  );
}
