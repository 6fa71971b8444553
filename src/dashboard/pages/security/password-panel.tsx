import { useState } from 'preact/hooks';
import { changePassword } from '../../api/auth.ts';
import type { ApiError } from '../../api/http.ts';
import type { Factors } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { Notice } from '../../components/states.tsx';
import { fieldReason, sentence } from '../../lib/errors.ts';
import { factorWords } from '../../lib/factor-words.ts';
import { loadSession, renewed } from '../../state/session.ts';
import { say } from '../../state/toasts.ts';
import { Panel } from './panel.tsx';

export function PasswordPanel({ onChanged }: { onChanged: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [kept, setKept] = useState<Factors | null>(null);
  const differs = again !== '' && next !== again;

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    setKept(null);
    const answer = await changePassword(current, next);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    renewed(answer.value);
    await loadSession();
    setCurrent('');
    setNext('');
    setAgain('');
    setKept(answer.value.factors);
    onChanged();
    say('Password changed. Your other sessions have ended.');
  };

  const wrong = error?.kind === 'problem' && error.code === 'invalid_credentials';
  const placed =
    wrong || fieldReason(error, '/newPassword') !== null || fieldReason(error, '/currentPassword') !== null;
  return (
    <Panel title="Password">
      <form class="security-body" onSubmit={(event) => void submit(event)}>
        {error && !placed ? <Notice tone="bad">{sentence(error)}</Notice> : null}
        {kept ? <StillStands factors={kept} /> : null}
        <TextField
          label="Current password"
          type="password"
          value={current}
          onInput={setCurrent}
          autoComplete="current-password"
          required
          error={wrong ? 'This is not your current password.' : fieldReason(error, '/currentPassword')}
        />
        <TextField
          label="New password"
          type="password"
          value={next}
          onInput={setNext}
          autoComplete="new-password"
          required
          hint="At least 12 characters. Long beats complicated: four words will do."
          error={fieldReason(error, '/newPassword')}
        />
        <TextField
          label="New password, again"
          type="password"
          value={again}
          onInput={setAgain}
          autoComplete="new-password"
          required
          error={differs ? 'The two differ.' : null}
        />
        <Button type="submit" kind="primary" busy={busy} disabled={current === '' || next === '' || next !== again}>
          Change password
        </Button>
      </form>
    </Panel>
  );
}

/** Who changes a password because somebody may know it must see what else signs in: whoever was in the account may have left something. */
function StillStands({ factors }: { factors: Factors }) {
  const words = factorWords({ totp: factors.totp !== null, passkeys: factors.passkeys.length });
  if (words === null) return null;
  return (
    <Notice
      tone="info"
      action={<a href={factors.passkeys.length > 0 ? '#passkeys' : '#second-factor'}>Look through what you have</a>}
    >
      You still sign in with {words}, as before. Remove what is not yours.
    </Notice>
  );
}
