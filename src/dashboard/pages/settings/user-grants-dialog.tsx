import { useState } from 'preact/hooks';
import { changeUser } from '../../api/admin.ts';
import type { User } from '../../api/types.ts';
import { FormDialog } from '../../components/form-dialog.tsx';
import { GrantsField } from './grants-field.tsx';

interface GrantsDialogProps {
  user: User;
  onDone: (user: User) => void;
  onClose: () => void;
}

export function UserGrantsDialog({ user, onDone, onClose }: GrantsDialogProps) {
  const [projectIds, setProjectIds] = useState<string[] | null>(user.projectIds);
  return (
    <FormDialog
      title={`Projects of ${user.username}`}
      action="Save"
      ready
      submit={() => changeUser(user.id, { projectIds })}
      onDone={onDone}
      onClose={onClose}
    >
      {() => <GrantsField value={projectIds} onChange={setProjectIds} />}
    </FormDialog>
  );
}
