import { useState } from 'preact/hooks';
import type { NewApiKey } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { param, setParams } from '../../state/route.ts';
import { isAdmin } from '../../state/session.ts';
import { KeyCreateDialog } from '../settings/key-create-dialog.tsx';
import { KeySecretDialog } from '../settings/key-secret-dialog.tsx';
import { clientSettings, KEY_PLACEHOLDER } from './client-settings.ts';

interface SettingsPanelProps {
  projectId: string;
  onKeyCreated: () => void;
}

/** Settings of each client with the address of this deployment, and with the key that was just made here. */
export function SettingsPanel({ projectId, onKeyCreated }: SettingsPanelProps) {
  const [created, setCreated] = useState<NewApiKey | null>(null);
  const [open, setOpen] = useState<'create' | 'secret' | null>(null);
  const all = clientSettings(window.location.origin, created?.key ?? KEY_PLACEHOLDER);
  const current = all.find(({ id }) => id === param('client')) ?? all[0];
  if (!current) return null;
  return (
    <section class="tab-section client-settings" aria-label="Client settings">
      <div class="page-head">
        <h2>Client settings</h2>
        {isAdmin.value ? (
          <Button icon="key" kind={created ? 'plain' : 'primary'} onClick={() => setOpen('create')}>
            {created ? 'Create another key' : 'Create a key for this'}
          </Button>
        ) : null}
      </div>
      <div>
        <Tabs
          label="Client"
          tabs={all}
          current={current.id}
          onChange={(client) => setParams({ client: client === all[0]?.id ? null : client }, 'replace')}
        >
          <div class="client-setting">
            <p>
              For {current.file}.{current.note === '' ? '' : ` ${current.note}`}
            </p>
            <CodeBlock label={`Settings for ${current.label}`} code={current.code} />
            <p class="faint">
              {created ? (
                <>
                  With the key “<bdi>{created.name}</bdi>”, which is shown until you leave this page.
                </>
              ) : isAdmin.value ? (
                <>
                  Put a key of this project in place of <code>{KEY_PLACEHOLDER}</code>.
                </>
              ) : (
                <>
                  An administrator makes the key for <code>{KEY_PLACEHOLDER}</code>.
                </>
              )}
            </p>
          </div>
        </Tabs>
      </div>
      {open === 'create' ? (
        <KeyCreateDialog
          projectId={projectId}
          onClose={() => setOpen(null)}
          onDone={(key) => {
            setCreated(key);
            setOpen('secret');
            onKeyCreated();
          }}
        />
      ) : null}
      {open === 'secret' && created ? (
        <KeySecretDialog created={created} projectId={projectId} onClose={() => setOpen(null)} />
      ) : null}
    </section>
  );
}
