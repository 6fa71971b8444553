import { useState } from 'preact/hooks';
import { createUser } from '../../api/admin.ts';
import { ROLES, type Role, type User } from '../../api/types.ts';
import { Field, TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { fieldReason } from '../../lib/errors.ts';
import { GrantsField } from './grants-field.tsx';

interface CreateProps {
  onDone: (user: User) => void;
  onClose: () => void;
}

export function UserCreateDialog({ onDone, onClose }: CreateProps) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [grants, setGrants] = useState<string[] | null>(null);
  const projectIds = role === 'admin' ? null : grants;
  return (
    <FormDialog
      title="Create user"
      action="Create user"
      ready={username.trim() !== '' && password !== ''}
      places={['/username', '/password']}
      submit={() => createUser({ username: username.trim(), password, role, projectIds })}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <TextField
            label="User name"
            value={username}
            onInput={setUsername}
            required
            autoFocus
            error={fieldReason(error, '/username')}
          />
          <TextField
            label="First password"
            type="password"
            value={password}
            onInput={setPassword}
            autoComplete="new-password"
            required
            hint="At least 12 characters. Tell it to the person another way; they change it under Settings, Password."
            error={fieldReason(error, '/password')}
          />
          <Field label="Role">
            {(ids) => (
              <select
                {...ids}
                class="select"
                value={role}
                onChange={(event) => setRole(event.currentTarget.value as Role)}
              >
                {ROLES.map((choice) => (
                  <option key={choice} value={choice}>
                    {choice}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {role === 'admin' ? null : <GrantsField value={grants} onChange={setGrants} />}
        </>
      )}
    </FormDialog>
  );
}
