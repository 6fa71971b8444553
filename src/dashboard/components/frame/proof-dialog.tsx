import { useEffect, useState } from 'preact/hooks';
import { getFactors, passkeyQuestion } from '../../api/factors.ts';
import type { ApiError } from '../../api/http.ts';
import type { Proof } from '../../api/types.ts';
import { sentence } from '../../lib/errors.ts';
import { usePasskey as askPasskey, hasPasskeys } from '../../lib/passkey.ts';
import { codeOf } from '../../lib/second-factor.ts';
import { prove, refuseProof } from '../../state/proof.ts';
import { useResource } from '../../state/use-resource.ts';
import { Button } from '../button.tsx';
import { Dialog } from '../dialog.tsx';
import { TextField } from '../field.tsx';
import { Notice } from '../states.tsx';

/** Opened by whatever request needs a recent proof; it is sent again when this closes with one. */
export default function ProofDialog() {
  // Where the list of factors cannot be had, the password still proves who is there.
  const { data: factors, loading } = useResource('factors', getFactors);
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // Who has a factor proves with it; a recovery code is one too.
  const hasFactor = factors !== null && (factors.totp !== null || factors.passkeys.length > 0);
  const way = hasFactor ? 'code' : 'password';
  const mayPasskey = hasPasskeys() && (factors?.passkeys.length ?? 0) > 0;
  // Gone with the page that asked: whoever waits gets its refusal.
  useEffect(() => refuseProof, []);

  const send = async (proof: Proof) => {
    setBusy(true);
    setFault(null);
    const answer = await prove(proof);
    if (answer.ok) return;
    setBusy(false);
    setTyped('');
    setFault(textOf(answer.error, way));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (busy || typed === '') return;
    void send(way === 'password' ? { password: typed } : { code: codeOf(typed) });
  };
  const byPasskey = async () => {
    setBusy(true);
    setFault(null);
    const question = await passkeyQuestion();
    if (question.ok) {
      const outcome = await askPasskey(question.value.options);
      if (outcome.kind === 'ok') {
        return send({ challenge: question.value.challenge, credential: outcome.credential });
      }
      if (outcome.kind === 'failed') setFault(outcome.sentence);
    } else setFault(sentence(question.error));
    setBusy(false);
  };

  return (
    <Dialog title="Confirm that it is you" stays onClose={refuseProof}>
      <form onSubmit={submit}>
        <p>What you are about to change needs a fresh proof. You will not be asked again for half an hour.</p>
        {fault ? <Notice tone="bad">{fault}</Notice> : null}
        {loading ? (
          <p class="proof-wait" aria-busy="true">
            One moment
          </p>
        ) : (
          <TextField
            label={way === 'password' ? 'Your password' : 'Code from your app, or a recovery code'}
            type={way === 'password' ? 'password' : 'text'}
            value={typed}
            onInput={setTyped}
            autoComplete={way === 'password' ? 'current-password' : 'one-time-code'}
            required
            autoFocus
          />
        )}
        <div class="proof-ways">
          {mayPasskey ? (
            <Button small kind="quiet" icon="key" busy={busy} onClick={() => void byPasskey()}>
              Use a passkey instead
            </Button>
          ) : null}
        </div>
        <div class="dialog-actions">
          <Button onClick={refuseProof}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={typed === ''}>
            Confirm
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function textOf(error: ApiError, way: 'password' | 'code'): string {
  if (error.kind !== 'problem' || error.status !== 401) return sentence(error);
  return way === 'password' ? 'This is not your password.' : 'This code is not right. Take the one that is shown now.';
}
