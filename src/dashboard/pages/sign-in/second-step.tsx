import { useState } from 'preact/hooks';
import { type FactorAnswer, loginSecondFactor } from '../../api/factors.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { Notice } from '../../components/states.tsx';
import { sentence } from '../../lib/errors.ts';
import { usePasskey as askPasskey, hasPasskeys } from '../../lib/passkey.ts';
import { codeOf, type FactorMethod, type SecondFactor } from '../../lib/second-factor.ts';
import { signedIn } from '../../state/session.ts';

interface SecondStepProps {
  asked: SecondFactor;
  /** With a sentence where the server has given up on this attempt: the password is asked for again. */
  onBack: (why: string | null) => void;
}

const CODE_LABELS = { totp: 'Code from your authenticator app', recovery: 'Recovery code' } as const;
const CODE_HINTS = {
  totp: 'Six digits that change every 30 seconds.',
  recovery: 'One of the ten that you kept when you turned the second factor on. Each works once.',
} as const;
const CHANGES = { totp: 'Use a code from the app', recovery: 'Use a recovery code' } as const;

/** The password was right; this is the second proof, in each way that the account has. */
export default function SecondStep({ asked, onBack }: SecondStepProps) {
  const codes = asked.methods.filter((method) => method !== 'passkey');
  const [method, setMethod] = useState<Exclude<FactorMethod, 'passkey'> | null>(codes[0] ?? null);
  const [code, setCode] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const passkey = hasPasskeys() && asked.methods.includes('passkey') ? asked.passkey : null;

  const send = async (answer: FactorAnswer) => {
    const done = await signedIn(await loginSecondFactor(answer));
    setBusy(false);
    if (done.ok) return;
    setCode('');
    const { error } = done;
    if (error.kind === 'problem' && error.code === 'challenge_invalid') {
      return onBack('That took too long, or too many tries. Sign in again.');
    }
    const isWrong = error.kind === 'problem' && error.code === 'second_factor_failed';
    setFault(isWrong && 'code' in answer ? wrongCode(method) : sentence(error));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (busy || code.trim() === '') return;
    setBusy(true);
    setFault(null);
    void send({ challenge: asked.challenge, code: codeOf(code) });
  };
  const byPasskey = async (options: PublicKeyCredentialRequestOptionsJSON) => {
    setBusy(true);
    setFault(null);
    const outcome = await askPasskey(options);
    if (outcome.kind === 'ok') return send({ challenge: asked.challenge, credential: outcome.credential });
    setBusy(false);
    if (outcome.kind === 'failed') setFault(outcome.sentence);
  };

  return (
    <form class="sign-in-form" onSubmit={submit}>
      {fault ? <Notice tone="bad">{fault}</Notice> : null}
      {method ? (
        <>
          <TextField
            key={method}
            label={CODE_LABELS[method]}
            hint={CODE_HINTS[method]}
            value={code}
            onInput={setCode}
            autoComplete="one-time-code"
            digits={method === 'totp'}
            required
            autoFocus
          />
          <Button type="submit" kind="primary" busy={busy} disabled={code.trim() === ''}>
            {busy ? 'Signing in' : 'Sign in'}
          </Button>
        </>
      ) : null}
      {passkey ? (
        <Button icon="key" busy={busy} onClick={() => void byPasskey(passkey)}>
          Use a passkey
        </Button>
      ) : null}
      {method === null && passkey === null ? (
        <Notice tone="warn">
          This account needs a passkey, and this browser has no passkeys. Use the browser or device where you made it.
        </Notice>
      ) : null}
      <span class="sign-in-ways">
        {codes
          .filter((other) => other !== method)
          .map((other) => (
            <Button
              key={other}
              small
              kind="quiet"
              onClick={() => {
                setMethod(other);
                setCode('');
                setFault(null);
              }}
            >
              {CHANGES[other]}
            </Button>
          ))}
        <Button small kind="quiet" onClick={() => onBack(null)}>
          Start again
        </Button>
      </span>
    </form>
  );
}

function wrongCode(method: FactorMethod | null): string {
  return method === 'recovery'
    ? 'This is not one of your recovery codes, or it was used before.'
    : 'This code is not right. Take the one that the app shows now; the clock of the phone must be right.';
}
