import { useState } from 'preact/hooks';
import { newRecoveryCodes, removeTotp, startTotp } from '../../api/factors.ts';
import type { Factors } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { Time } from '../../components/time.tsx';
import { plural } from '../../lib/format.ts';
import { user } from '../../state/session.ts';
import { say, sayError } from '../../state/toasts.ts';
import type { Resource } from '../../state/use-resource.ts';
import { EnrolDialog } from './enrol-dialog.tsx';
import { Loaded, Panel } from './panel.tsx';
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx';

interface FactorPanelProps {
  factors: Resource<Factors>;
  onChanged: () => void;
}

type Open =
  | { kind: 'enrol'; secret: string; uri: string }
  | { kind: 'codes'; codes: readonly string[] }
  | { kind: 'remove' };

/** Fewer than this, and the next lost phone may be the last sign-in. */
const FEW_CODES = 3;

export function FactorPanel({ factors, onChanged }: FactorPanelProps) {
  const [open, setOpen] = useState<Open | null>(null);
  const [busy, setBusy] = useState(false);
  const close = () => setOpen(null);
  const enrol = async () => {
    setBusy(true);
    const answer = await startTotp();
    setBusy(false);
    if (answer.ok) setOpen({ kind: 'enrol', ...answer.value });
    else sayError('The second factor was not set up', answer.error);
  };
  const renew = async () => {
    setBusy(true);
    const answer = await newRecoveryCodes();
    setBusy(false);
    if (!answer.ok) return sayError('No new recovery codes were made', answer.error);
    setOpen({ kind: 'codes', codes: answer.value.recoveryCodes });
    onChanged();
  };
  return (
    <Panel title="Second factor" anchor="second-factor">
      <Loaded what="Second factor" resource={factors}>
        {({ totp, recoveryCodesLeft }) => (
          <div class="security-body">
            {totp ? (
              <>
                <StatusDot tone="ok">
                  On since <Time ms={totp.enabledAtMs} />
                </StatusDot>
                <p>Signing in asks for a code of your authenticator app.</p>
                <StatusDot tone={recoveryCodesLeft < FEW_CODES ? 'warn' : 'ok'}>
                  {plural(recoveryCodesLeft, 'recovery code')} left, each for one sign-in without the app
                </StatusDot>
                <div class="security-actions">
                  <Button small busy={busy} onClick={() => void renew()}>
                    Make new recovery codes
                  </Button>
                  <Button small kind="danger" onClick={() => setOpen({ kind: 'remove' })}>
                    Turn off
                  </Button>
                </div>
              </>
            ) : (
              <>
                <StatusDot tone="off">Off</StatusDot>
                <p>Who learns your password can sign in. With a second factor they also need your phone.</p>
                <div class="security-actions">
                  <Button kind="primary" busy={busy} onClick={() => void enrol()}>
                    Set up an authenticator app
                  </Button>
                </div>
              </>
            )}
          </div>
        )}
      </Loaded>
      {open?.kind === 'enrol' ? (
        <EnrolDialog
          secret={open.secret}
          uri={open.uri}
          onClose={close}
          onDone={(codes) => {
            setOpen({ kind: 'codes', codes });
            onChanged();
          }}
        />
      ) : null}
      {open?.kind === 'codes' ? <RecoveryCodesDialog codes={open.codes} onClose={close} /> : null}
      {open?.kind === 'remove' ? (
        <ConfirmByName
          title="Turn off the second factor"
          name={user.value?.username ?? ''}
          action="Turn off"
          submit={removeTotp}
          onDone={() => {
            close();
            onChanged();
            say('The second factor is off');
          }}
          onClose={close}
        >
          The app’s codes and all recovery codes stop working. Your password alone signs in again.
        </ConfirmByName>
      ) : null}
    </Panel>
  );
}
