import { useState } from 'preact/hooks';
import { changeUser, listUsers, type UserChange } from '../../api/admin.ts';
import { ROLES, type Role, type User } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { Time } from '../../components/time.tsx';
import { factorWords } from '../../lib/factor-words.ts';
import { plural, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { user as signedIn } from '../../state/session.ts';
import { say, sayError } from '../../state/toasts.ts';
import { useResource } from '../../state/use-resource.ts';
import { TabFrame } from './tab-frame.tsx';
import { UserCreateDialog } from './user-create-dialog.tsx';
import { UserGrantsDialog } from './user-grants-dialog.tsx';
import { UserPasswordDialog } from './user-password-dialog.tsx';

type Open = { kind: 'create' } | { kind: 'grants' | 'password' | 'factors'; user: User } | null;

export function UsersTab() {
  const users = useResource('users', listUsers);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const done = (text: string) => {
    close();
    users.reload();
    say(text);
  };
  /** Applied at once; undo sets what was there before. */
  const change = async (user: User, next: UserChange, text: string, back: UserChange | null) => {
    const answer = await changeUser(user.id, next);
    users.reload();
    if (!answer.ok) return sayError(`${user.username} was not changed`, answer.error);
    say(text, back ? () => void change(user, back, `${user.username} is as before`, null) : null);
  };
  return (
    <TabFrame
      title="Users"
      intro="Viewers read. Analysts also export, send and save searches. Administrators do everything."
      action={
        <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: 'create' })}>
          Create user
        </Button>
      }
      resource={users}
    >
      {({ items }) => (
        <>
          <DataTable
            label="Users"
            columns={columnsOf(change, setOpen)}
            rows={items}
            keyOf={(user) => user.id}
            isFaint={(user) => user.disabled}
          />
          {open?.kind === 'create' ? (
            <UserCreateDialog onDone={(user) => done(`Created ${user.username}`)} onClose={close} />
          ) : null}
          {open?.kind === 'grants' ? (
            <UserGrantsDialog
              user={open.user}
              onDone={(user) => done(`Changed the projects of ${user.username}`)}
              onClose={close}
            />
          ) : null}
          {open?.kind === 'password' ? (
            <UserPasswordDialog user={open.user} onDone={(user) => done(passwordSet(user))} onClose={close} />
          ) : null}
          {open?.kind === 'factors' ? (
            <ConfirmByName
              title="Reset second factors"
              name={open.user.username}
              action="Reset"
              submit={() => changeUser(open.user.id, { resetFactors: true })}
              onDone={() => done(`${open.user.username} has no second factor now`)}
              onClose={close}
            >
              The authenticator app, all recovery codes and all passkeys of this user stop working, and every session
              ends. The password alone signs in, until a new factor is set up. Make sure that it is them who ask.
            </ConfirmByName>
          ) : null}
        </>
      )}
    </TabFrame>
  );
}

function passwordSet({ username, factors }: User): string {
  const words = factorWords(factors);
  return `Set a new password for ${username}${words === null ? '' : `, who still signs in with ${words}`}`;
}

/**
 * What is changed here ends the sessions of the user at once, and with one's own the way to undo. One's own role and access
 * are left to another administrator; one's own password has a page of its own, which keeps the session.
 */
function isSelf(user: User): boolean {
  return user.id === signedIn.value?.userId;
}

type ChangeUser = (user: User, next: UserChange, text: string, back: UserChange | null) => Promise<void>;

function columnsOf(change: ChangeUser, setOpen: (open: Open) => void): Column<User>[] {
  return [
    {
      id: 'name',
      label: 'Name',
      sort: (user) => user.username,
      cell: (user) => (
        <strong class="clip">
          <bdi>{user.username}</bdi>
          {isSelf(user) ? <span class="faint"> (you)</span> : null}
        </strong>
      ),
    },
    {
      id: 'role',
      label: 'Role',
      sort: (user) => user.role,
      cell: (user) => (
        <select
          class="select select-small"
          aria-label={`Role of ${user.username}`}
          value={user.role}
          disabled={isSelf(user)}
          {...(isSelf(user) ? { title: 'Another administrator changes your own role' } : {})}
          onChange={(event) => {
            const role = event.currentTarget.value as Role;
            void change(user, { role }, `${user.username} is now ${role}`, { role: user.role });
          }}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {role}
            </option>
          ))}
        </select>
      ),
    },
    {
      id: 'projects',
      label: 'Projects',
      sort: (user) => user.projectIds?.length ?? Number.POSITIVE_INFINITY,
      cell: (user) =>
        user.role === 'admin' ? (
          <span class="faint">all</span>
        ) : (
          <Button small onClick={() => setOpen({ kind: 'grants', user })}>
            {user.projectIds === null ? 'All' : plural(user.projectIds.length, 'project')}
          </Button>
        ),
    },
    {
      id: 'state',
      label: 'State',
      sort: (user) => Number(user.disabled),
      cell: (user) =>
        user.disabled ? <StatusDot tone="off">Disabled</StatusDot> : <StatusDot tone="ok">May sign in</StatusDot>,
    },
    {
      id: 'factors',
      label: 'Second factor',
      sort: (user) => Number(user.factors.totp) + user.factors.passkeys,
      cell: (user) => factorWords(user.factors) ?? <span class="faint">none</span>,
    },
    {
      id: 'login',
      label: 'Last sign-in',
      sort: (user) => user.lastLoginAtMs ?? 0,
      cell: (user) =>
        user.lastLoginAtMs === null ? (
          <span class="faint">never</span>
        ) : (
          <Time ms={user.lastLoginAtMs} format={(ms) => relative(ms, now())} />
        ),
    },
    {
      id: 'actions',
      label: 'Actions',
      cell: (user) =>
        isSelf(user) ? null : (
          <span class="row-actions">
            <Button small onClick={() => setOpen({ kind: 'password', user })}>
              New password
            </Button>
            <Button small onClick={() => setOpen({ kind: 'factors', user })}>
              Reset factors
            </Button>
            <Button
              small
              onClick={() => {
                const disabled = !user.disabled;
                void change(user, { disabled }, `${disabled ? 'Disabled' : 'Enabled'} ${user.username}`, {
                  disabled: user.disabled,
                });
              }}
            >
              {user.disabled ? 'Enable' : 'Disable'}
            </Button>
          </span>
        ),
    },
  ];
}
