import { useState } from 'preact/hooks';
import type { NoticeSettingsAnswer } from '../../../../wire/jobs.ts';
import { changeNoticeSettings } from '../../../api/jobs.ts';
import { Check } from '../../../components/field.tsx';
import { FormDialog } from '../../../components/form-dialog.tsx';
import { Link } from '../../../components/link.tsx';
import { fieldReason } from '../../../lib/errors.ts';
import { hrefOf } from '../../../state/route.ts';

const MOST = 20;

interface SettingsDialogProps {
  settings: NoticeSettingsAnswer;
  onDone: (settings: NoticeSettingsAnswer) => void;
  onClose: () => void;
}

/** Who hears of what the deployment has to say: destinations of any project. */
export function SettingsDialog({ settings, onDone, onClose }: SettingsDialogProps) {
  const { destinations } = settings;
  const [chosen, setChosen] = useState<readonly string[]>(settings.destinationIds);
  const known = new Set(destinations.map(({ id }) => id));
  // Those that were chosen and deleted since stay in sight until somebody takes them away.
  const gone = settings.destinationIds.filter((id) => !known.has(id));
  const toggle = (id: string, on: boolean) =>
    setChosen((before) => (on ? [...before, id] : before.filter((one) => one !== id)));
  return (
    <FormDialog
      title="Who is told"
      action="Save"
      ready={chosen.length <= MOST}
      places={['/destinationIds']}
      submit={() => changeNoticeSettings({ destinationIds: [...chosen] })}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>
            Notices are of the whole deployment. They go to each of these, those of one kind within a minute as one.
          </p>
          <div class="notice-destinations">
            {gone.map((id) => (
              <Check
                key={id}
                label={`${id}, which was deleted`}
                checked={chosen.includes(id)}
                onChange={(on) => toggle(id, on)}
              />
            ))}
            {destinations.map(({ id, name, kind, disabled, projectName }) => (
              <Check
                key={id}
                label={
                  <>
                    <bdi>{name}</bdi>{' '}
                    <span class="faint">
                      {kind} of <bdi>{projectName}</bdi>
                      {disabled ? ', switched off: what is sent waits' : ''}
                    </span>
                  </>
                }
                checked={chosen.includes(id)}
                onChange={(on) => toggle(id, on)}
              />
            ))}
          </div>
          <p class={error || chosen.length > MOST ? 'field-error' : 'field-hint'}>
            {fieldReason(error, '/destinationIds') ?? words(chosen.length, destinations.length)}{' '}
            <Link href={hrefOf('/alerts/destinations', {}, 'frame')}>Destinations</Link>
          </p>
        </>
      )}
    </FormDialog>
  );
}

function words(chosen: number, there: number): string {
  if (chosen > MOST) return `At most ${MOST} can be chosen.`;
  if (there === 0) return 'There is no destination yet: notices are only seen here.';
  return chosen === 0 ? 'None is chosen: notices are only seen here.' : '';
}
