import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../../api/http.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { Notice } from '../../components/states.tsx';
import { sentence } from '../../lib/errors.ts';
import { duration } from '../../lib/format.ts';
import { now, ticking } from '../../state/clock.ts';
import { signIn } from '../../state/session.ts';

const REASONS = {
  never: null,
  ended: 'Your session has ended. Sign in to go on where you were.',
  signed_out: 'You are signed out.',
} as const;

export function SignInPage({ reason }: { reason: keyof typeof REASONS }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [waitUntilMs, setWaitUntilMs] = useState(0);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    document.title = 'Sign in · Breakwater';
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const answer = await signIn(username, password);
    setBusy(false);
    if (answer.ok) return;
    setError(answer.error);
    if (answer.error.kind === 'problem' && answer.error.retryAfterSeconds !== null) {
      setWaitUntilMs(now() + answer.error.retryAfterSeconds * 1_000);
    }
    setPassword('');
    form.current?.querySelector<HTMLInputElement>('input[type=password]')?.focus();
  };

  const note = REASONS[reason];
  return (
    <main class="sign-in">
      <form ref={form} class="card" onSubmit={(event) => void submit(event)}>
        <div class="sign-in-brand">
          <img src="/icon.svg" width="32" height="32" alt="" />
          <h1>Breakwater</h1>
        </div>
        {error ? (
          <Notice tone="bad">{textOf(error, waitUntilMs)}</Notice>
        ) : note ? (
          <Notice tone="info">{note}</Notice>
        ) : null}
        <TextField
          label="User name"
          value={username}
          onInput={setUsername}
          autoComplete="username"
          required
          autoFocus
        />
        <TextField
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          autoComplete="current-password"
          required
        />
        <Button type="submit" kind="primary" busy={busy}>
          {busy ? 'Signing in' : 'Sign in'}
        </Button>
      </form>
    </main>
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
