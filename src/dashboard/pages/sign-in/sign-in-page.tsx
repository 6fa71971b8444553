import { useEffect, useState } from 'preact/hooks';
import { lazy } from '../../components/lazy.tsx';
import { Notice } from '../../components/states.tsx';
import type { SecondFactor } from '../../lib/second-factor.ts';
import { PasswordStep } from './password-step.tsx';

const SecondStep = lazy(() => import('./second-step.tsx'));

const REASONS = {
  never: null,
  ended: 'Your session has ended. Sign in to go on where you were.',
  signed_out: 'You are signed out.',
} as const;

export function SignInPage({ reason }: { reason: keyof typeof REASONS }) {
  const [second, setSecond] = useState<SecondFactor | null>(null);
  const [lapsed, setLapsed] = useState<string | null>(null);
  useEffect(() => {
    document.title = 'Sign in · Breakwater';
  }, []);
  const note = lapsed ?? REASONS[reason];
  return (
    <main class="sign-in">
      <div class="card">
        <div class="sign-in-brand">
          <img src="/icon.svg" width="32" height="32" alt="" />
          <h1>Breakwater</h1>
        </div>
        {second ? (
          <SecondStep
            asked={second}
            onBack={(why) => {
              setLapsed(why);
              setSecond(null);
            }}
          />
        ) : (
          <PasswordStep note={note ? <Notice tone="info">{note}</Notice> : null} onSecond={setSecond} />
        )}
      </div>
    </main>
  );
}
