import type { AlertRuleInput } from '../../../../wire/alerts.ts';
import { listDestinations } from '../../../api/destinations.ts';
import { Check } from '../../../components/field.tsx';
import { Link } from '../../../components/link.tsx';
import { Failure, Skeleton } from '../../../components/states.tsx';
import { hrefOf } from '../../../state/route.ts';
import { useResource } from '../../../state/use-resource.ts';
import { DurationField } from './form-fields.tsx';

interface NoticeFieldsProps {
  project: string;
  draft: AlertRuleInput;
  onChange: (change: Partial<AlertRuleInput>) => void;
  reason: (pointer: string) => string | null;
}

/** Who is told, how often, and whether that it ended is told too. */
export function NoticeFields({ project, draft, onChange, reason }: NoticeFieldsProps) {
  return (
    <fieldset class="rule-part">
      <legend>Who is told</legend>
      <div class="rule-wide">
        <DestinationPicker
          project={project}
          chosen={draft.destinationIds}
          onChange={(destinationIds) => onChange({ destinationIds })}
          error={reason('/destinationIds')}
        />
      </div>
      <DurationField
        label="Gather for"
        hint="What begins within this is told in one notice."
        seconds={draft.groupWaitSeconds}
        onInput={(groupWaitSeconds) => onChange({ groupWaitSeconds })}
        error={reason('/groupWaitSeconds')}
      />
      <DurationField
        label="Tell again every"
        hint="While it fires and nobody acknowledged it. 0 is never."
        seconds={draft.repeatSeconds}
        onInput={(repeatSeconds) => onChange({ repeatSeconds })}
        error={reason('/repeatSeconds')}
      />
      <div class="rule-wide">
        <Check
          label="Tell that it ended"
          checked={draft.notifyResolved}
          onChange={(notifyResolved) => onChange({ notifyResolved })}
        />
      </div>
    </fieldset>
  );
}

interface PickerProps {
  project: string;
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
  error: string | null;
}

function DestinationPicker({ project, chosen, onChange, error }: PickerProps) {
  const destinations = useResource(project, (signal) => listDestinations(project, signal));
  if (destinations.data === null) {
    return destinations.error ? (
      <Failure
        line
        what="The destinations could not be loaded"
        error={destinations.error}
        onRetry={destinations.reload}
      />
    ) : (
      <Skeleton rows={2} label="Loading destinations" />
    );
  }
  const { items } = destinations.data;
  const known = new Set(items.map(({ id }) => id));
  const gone = chosen.filter((id) => !known.has(id));
  const toggle = (id: string, on: boolean) => onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <>
      {items.map(({ id, name, kind, disabled }) => (
        <Check
          key={id}
          label={
            <>
              <bdi>{name}</bdi>{' '}
              <span class="faint">
                {kind}
                {disabled ? ', switched off: what is sent waits' : ''}
              </span>
            </>
          }
          checked={chosen.includes(id)}
          onChange={(on) => toggle(id, on)}
        />
      ))}
      {gone.map((id) => (
        <Check key={id} label={`${id}, which is not there any more`} checked onChange={() => toggle(id, false)} />
      ))}
      <p class={error ? 'field-error' : 'field-hint'}>
        {error ?? (items.length === 0 ? 'There is no destination yet: the rule is only seen here. ' : '')}
        {chosen.length === 0 && items.length > 0 ? 'None is chosen: the rule is only seen here. ' : ''}
        <Link href={hrefOf('/alerts/destinations', {}, 'frame')}>Destinations</Link>
      </p>
    </>
  );
}
