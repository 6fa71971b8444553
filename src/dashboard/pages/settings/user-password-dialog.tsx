import { useState } from 'preact/hooks';
import { changeUser } from '../../api/admin.ts';
import type { User } from '../../api/types.ts';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { fieldReason } from '../../lib/errors.ts';

interface PasswordDialogProps {
  user: User;
  onDone: (user: User) => void;
  onClose: () => void;
}

export function UserPasswordDialog({ user, onDone, onClose }: PasswordDialogProps) {
  const [password, setPassword] = useState('');
  return (
    <FormDialog
      title={`New password for ${user.username}`}
      action="Set password"
      ready={password !== ''}
      places={['/password']}
      submit={() => changeUser(user.id, { password })}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
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
      )}
    </FormDialog>
  );
}
