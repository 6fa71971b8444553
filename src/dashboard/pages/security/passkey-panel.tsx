import { useState } from 'preact/hooks';
import { removePasskey } from '../../api/factors.ts';
import type { Factors, PasskeyRow } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { Time } from '../../components/time.tsx';
import { relative } from '../../lib/format.ts';
import { hasPasskeys } from '../../lib/passkey.ts';
import { now } from '../../state/clock.ts';
import { say } from '../../state/toasts.ts';
import type { Resource } from '../../state/use-resource.ts';
import { Loaded, Panel } from './panel.tsx';
import { PasskeyDialog } from './passkey-dialog.tsx';

interface PasskeyPanelProps {
  factors: Resource<Factors>;
  onChanged: () => void;
}

type Open = { kind: 'add' } | { kind: 'remove'; passkey: PasskeyRow };

export function PasskeyPanel({ factors, onChanged }: PasskeyPanelProps) {
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const done = (text: string) => {
    close();
    onChanged();
    say(text);
  };
  return (
    <Panel
      title="Passkeys"
      anchor="passkeys"
      action={
        hasPasskeys() ? (
          <Button small icon="plus" onClick={() => setOpen({ kind: 'add' })}>
            Add a passkey
          </Button>
        ) : null
      }
    >
      <Loaded what="Passkeys" resource={factors}>
        {({ passkeys }) =>
          passkeys.length === 0 ? (
            <p class="security-body faint">
              {hasPasskeys()
                ? 'None yet. A passkey signs you in with your fingerprint, face or device PIN, and cannot be given away to a false page.'
                : 'None yet, and this browser cannot make one.'}
            </p>
          ) : (
            <ul class="passkeys" aria-label="Passkeys">
              {passkeys.map((passkey) => (
                <li key={passkey.id}>
                  <span class="two-lines">
                    <strong class="clip">
                      <bdi>{passkey.name}</bdi>
                    </strong>
                    <span class="faint">
                      added <Time ms={passkey.createdAtMs} format={(ms) => relative(ms, now())} />,{' '}
                      {passkey.lastUsedAtMs === null ? (
                        'never used'
                      ) : (
                        <>
                          used <Time ms={passkey.lastUsedAtMs} format={(ms) => relative(ms, now())} />
                        </>
                      )}
                    </span>
                  </span>
                  <Button
                    small
                    kind="quiet"
                    icon="trash"
                    label={`Remove ${passkey.name}`}
                    onClick={() => setOpen({ kind: 'remove', passkey })}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {open?.kind === 'add' ? (
        <PasskeyDialog onClose={close} onDone={(passkey) => done(`Added the passkey ${passkey.name}`)} />
      ) : null}
      {open?.kind === 'remove' ? (
        <ConfirmByName
          title="Remove a passkey"
          name={open.passkey.name}
          action="Remove"
          submit={() => removePasskey(open.passkey.id)}
          onDone={() => done(`Removed the passkey ${open.passkey.name}`)}
          onClose={close}
        >
          It will not sign you in any more. The device may still list it; delete it there too.
        </ConfirmByName>
      ) : null}
    </Panel>
  );
}
