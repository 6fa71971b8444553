import { useState } from 'preact/hooks';
import { changeUser } from '../../api/admin.ts';
import type { User } from '../../api/types.ts';
import { Check, TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { fieldReason } from '../../lib/errors.ts';
import { factorWords } from '../../lib/factor-words.ts';

interface PasswordDialogProps {
  user: User;
  onDone: (user: User) => void;
  onClose: () => void;
}

export function UserPasswordDialog({ user, onDone, onClose }: PasswordDialogProps) {
  const [password, setPassword] = useState('');
  const [resets, setResets] = useState(false);
  const words = factorWords(user.factors);
  return (
    <FormDialog
      title={`New password for ${user.username}`}
      action="Set password"
      ready={password !== ''}
      places={['/password']}
      submit={() => changeUser(user.id, { password, ...(resets ? { resetFactors: true } : {}) })}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <TextField
            label="New password"
            type="password"
            value={password}
            onInput={setPassword}
            autoComplete="new-password"
            autoFocus
            required
            hint="All sessions of this user end."
            error={fieldReason(error, '/password')}
          />
          {words === null ? null : (
            <>
              <p>This user also signs in with {words}, which a new password leaves as it is.</p>
              <Check
                label="Remove that too: the account may be in somebody else’s hands"
                checked={resets}
                onChange={setResets}
              />
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}
