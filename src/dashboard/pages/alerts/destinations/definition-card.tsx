import type { Destination } from '../../../../wire/delivery.ts';
import { CodeBlock } from '../../../components/code-block.tsx';
import { Time } from '../../../components/time.tsx';
import { ms } from '../../../lib/delivery-words.ts';
import { exact } from '../../../lib/format.ts';

/** By what it goes. */
export function DefinitionCard({ destination }: { destination: Destination }) {
  const { headers, template, timeoutMs, ordered, maxPerSecond, warmProbe, version, changedAtMs } = destination;
  return (
    <section class="card detail-card" aria-label="Settings">
      <h2>Settings</h2>
      <dl class="facts">
        <dt>Timeout</dt>
        <dd>{ms(timeoutMs)}</dd>
        <dt>Order</dt>
        <dd>{ordered ? 'events of one alert in their order' : 'as they come'}</dd>
        <dt>Rate</dt>
        <dd>at most {exact(maxPerSecond)} a second</dd>
        <dt>Warm probe</dt>
        <dd>{warmProbe ? 'on' : 'off'}</dd>
        {headers.map(({ name, value }) => [
          <dt key={`${name} name`}>
            <code>{name}</code>
          </dt>,
          <dd key={name} class="destination-header">
            {value === null ? <span class="faint">secret, never shown</span> : <code>{value}</code>}
          </dd>,
        ])}
        <dt>Version</dt>
        <dd>
          {exact(version)}, changed <Time ms={changedAtMs} />
        </dd>
      </dl>
      {template === null ? (
        <p class="faint">The body is the built-in one.</p>
      ) : (
        <CodeBlock label="Template" code={template} />
      )}
    </section>
  );
}
