import { useState } from 'preact/hooks';
import { confirmTotp } from '../../api/factors.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { lazy } from '../../components/lazy.tsx';
import { fieldReason } from '../../lib/errors.ts';
import { codeOf } from '../../lib/second-factor.ts';

const QrCode = lazy(
  () => import('./qr-code.tsx'),
  () => <div class="qr" />,
);

interface EnrolDialogProps {
  /** Base32. */
  secret: string;
  /** otpauth:// with the same secret. */
  uri: string;
  onDone: (recoveryCodes: readonly string[]) => void;
  onClose: () => void;
}

/** Nothing is on until a code of the app has shown that it holds the secret. */
export function EnrolDialog({ secret, uri, onDone, onClose }: EnrolDialogProps) {
  const [code, setCode] = useState('');
  return (
    <FormDialog
      title="Set up an authenticator app"
      action="Turn on"
      places={['/code']}
      ready={/^\d{6}$/.test(codeOf(code))}
      submit={() => confirmTotp(codeOf(code))}
      onDone={({ recoveryCodes }) => onDone(recoveryCodes)}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>
            Scan this with the app, or <a href={uri}>open it in an app on this device</a>.
          </p>
          <QrCode text={uri} label="QR code of the secret for an authenticator app" />
          <p>Without a camera, type this secret into the app:</p>
          <CodeBlock label="Secret" code={grouped(secret)} />
          <TextField
            label="The code that the app shows now"
            value={code}
            onInput={setCode}
            autoComplete="one-time-code"
            digits
            required
            autoFocus
            error={fieldReason(error, '/code') === null ? null : WRONG_CODE}
          />
        </>
      )}
    </FormDialog>
  );
}

const WRONG_CODE = 'This code is not right. Take the one that the app shows now; the clock of the phone must be right.';

/** In fours, as people copy it by hand; apps take the spaces. */
function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
