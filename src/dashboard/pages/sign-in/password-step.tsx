import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { login } from '../../api/auth.ts';
import { loginPasskey, passkeyQuestion } from '../../api/factors.ts';
import type { ApiError } from '../../api/http.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { Notice } from '../../components/states.tsx';
import { sentence } from '../../lib/errors.ts';
import { duration } from '../../lib/format.ts';
import { usePasskey as askPasskey, hasPasskeys } from '../../lib/passkey.ts';
import { type SecondFactor, secondFactorOf } from '../../lib/second-factor.ts';
import { now, ticking } from '../../state/clock.ts';
import { signedIn } from '../../state/session.ts';

interface PasswordStepProps {
  /** Shown until there is something newer to say. */
  note: ComponentChildren;
  onSecond: (second: SecondFactor) => void;
}

export function PasswordStep({ note, onSecond }: PasswordStepProps) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [passkeyFault, setPasskeyFault] = useState<string | null>(null);
  const [busy, setBusy] = useState<'password' | 'passkey' | null>(null);
  const [waitUntilMs, setWaitUntilMs] = useState(0);
  const form = useRef<HTMLFormElement>(null);

  const start = (what: 'password' | 'passkey') => {
    setBusy(what);
    setError(null);
    setPasskeyFault(null);
  };
  const refused = (why: ApiError) => {
    setError(why);
    if (why.kind === 'problem' && why.retryAfterSeconds !== null) setWaitUntilMs(now() + why.retryAfterSeconds * 1_000);
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    start('password');
    const answer = await signedIn(await login(username, password));
    setBusy(null);
    if (answer.ok) return;
    const second = secondFactorOf(answer.error);
    if (second) return onSecond(second);
    refused(answer.error);
    setPassword('');
    form.current?.querySelector<HTMLInputElement>('input[type=password]')?.focus();
  };

  const byPasskey = async () => {
    start('passkey');
    const question = await passkeyQuestion();
    if (!question.ok) refused(question.error);
    else {
      const outcome = await askPasskey(question.value.options);
      if (outcome.kind === 'failed') setPasskeyFault(outcome.sentence);
      else if (outcome.kind === 'ok') {
        const answer = await signedIn(await loginPasskey(question.value.challenge, outcome.credential));
        if (!answer.ok) refused(answer.error);
      }
    }
    setBusy(null);
  };

  return (
    <form ref={form} class="sign-in-form" onSubmit={(event) => void submit(event)}>
      {error ? (
        <Notice tone="bad">{textOf(error, waitUntilMs)}</Notice>
      ) : passkeyFault ? (
        <Notice tone="bad">{passkeyFault}</Notice>
      ) : (
        note
      )}
      <TextField label="User name" value={username} onInput={setUsername} autoComplete="username" required autoFocus />
      <TextField
        label="Password"
        type="password"
        value={password}
        onInput={setPassword}
        autoComplete="current-password"
        required
      />
      <Button type="submit" kind="primary" busy={busy !== null}>
        {busy === 'password' ? 'Signing in' : 'Sign in'}
      </Button>
      {hasPasskeys() ? (
        <Button icon="key" busy={busy !== null} onClick={() => void byPasskey()}>
          {busy === 'passkey' ? 'Waiting for the passkey' : 'Use a passkey'}
        </Button>
      ) : null}
    </form>
  );
}

function textOf(error: ApiError, waitUntilMs: number): string {
  if (error.kind !== 'problem') return sentence(error);
  if (error.code === 'invalid_credentials') return 'The user name or the password is not right.';
  if (error.code === 'login_throttled') {
    const leftMs = waitUntilMs - ticking.value;
    return leftMs > 0
      ? `Too many attempts. Try again in ${duration(leftMs)}.`
      : 'Too many attempts before. You can try again now.';
  }
  return sentence(error);
}
