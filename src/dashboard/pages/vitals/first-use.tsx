import { useState } from 'preact/hooks';
import { BROWSER_STREAMS } from '../../../wire/record.ts';
import { getVitalsSummary } from '../../api/vitals.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { TextField } from '../../components/field.tsx';
import { NewKey } from '../../components/new-key.tsx';
import { Empty } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { WIDEST_MS } from '../../lib/range.ts';
import { originOf, scriptTag } from '../../lib/script-tag.ts';
import { wholeMinutes } from '../../lib/whole-minutes.ts';
import { now } from '../../state/clock.ts';
import { showArrivals } from '../../state/range.ts';
import { isAdmin } from '../../state/session.ts';
import { useArrival } from '../../state/use-arrival.ts';

const SCOPES = BROWSER_STREAMS.map((stream) => `ingest:${stream}` as const);

/** Before the first vital: one tag for the site, and a page that notices by itself when the first one came. */
export function VitalsFirstUse({ project, onArrived }: { project: string; onArrived: () => void }) {
  const [key, setKey] = useState<string | null>(null);
  const [site, setSite] = useState('');
  const origin = originOf(site);
  const hasCome = async (signal: AbortSignal) => {
    const toMs = now();
    const period = wholeMinutes({ fromMs: toMs - WIDEST_MS, toMs });
    const answer = await getVitalsSummary({ project, ...period, filters: {}, askedMs: toMs }, signal);
    return answer.ok ? { ...answer, value: answer.value.items.some(({ count }) => count > 0) } : answer;
  };
  const isAway = useArrival(project, hasCome, () => {
    showArrivals();
    onArrived();
  });
  return (
    <Empty top icon="vitals" title="Measure the first page">
      <p>Put this tag into the head of your pages. Each visit then sends its vitals, and they show up here:</p>
      <CodeBlock label="Tag for your pages" code={scriptTag(window.location.origin, key ?? 'YOUR-KEY')} />
      {isAdmin.value && key === null ? (
        <div class="inline-form">
          <TextField
            label="Address of your site"
            value={site}
            onInput={setSite}
            placeholder="https://shop.example"
            hint="The key is public: it takes records from pages of this address only."
            error={site.trim() !== '' && origin === null ? 'This is no address, such as https://shop.example.' : null}
          />
        </div>
      ) : null}
      <NewKey
        project={project}
        name={origin === null ? 'Browsers' : `Browsers of ${new URL(origin).host}`}
        scopes={SCOPES}
        origins={origin === null ? null : [origin]}
        canOnly="send records, from the pages of this address"
        made={key}
        onMade={setKey}
      />
      <p>
        {isAway ? (
          <StatusDot tone="bad">The server does not answer. Trying again.</StatusDot>
        ) : (
          <StatusDot tone="info">Waiting for the first vital</StatusDot>
        )}
      </p>
    </Empty>
  );
}
