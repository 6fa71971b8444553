import type { DestinationHealth } from '../../../../wire/delivery.ts';
import { Countdown } from '../../../components/countdown.tsx';
import { Time } from '../../../components/time.tsx';
import { ms } from '../../../lib/delivery-words.ts';
import { exact, percent, relative } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';

/** What is known of its name, and how often it was known before it was needed. */
export function DnsCard({ health }: { health: DestinationHealth | 'away' | null }) {
  const known = health === null || health === 'away' ? null : health;
  return (
    <section class="card detail-card" aria-label="Name and connection">
      <h2>Name and connection</h2>
      {known === null ? (
        <p class="faint">Not known now.</p>
      ) : (
        <dl class="facts">
          <dt>Known in time</dt>
          <dd>
            {known.dns.ratio === null ? 'not asked in the last hour' : `${percent(known.dns.ratio)} of the last hour`}
          </dd>
          <dt>Hits, misses</dt>
          <dd>
            {exact(known.dns.hits)}, {exact(known.dns.misses)}
            {known.dns.failures === 0 ? '' : `, of which ${exact(known.dns.failures)} failed`}
          </dd>
          <dt>Addresses</dt>
          <dd class="destination-addresses">
            {known.dns.addresses.length === 0 ? 'none needed yet' : known.dns.addresses.join(', ')}
          </dd>
          <dt>Asked again</dt>
          <dd>
            every {ms(known.dns.prefetchIntervalMs)}
            {known.dns.expiresAtMs === null ? null : (
              <>
                , expires <Countdown untilMs={known.dns.expiresAtMs} due="now" />
              </>
            )}
          </dd>
          <dt>Kept warm</dt>
          <dd>
            {known.lastWarmAtMs === null ? (
              'never needed'
            ) : (
              <Time ms={known.lastWarmAtMs} format={(at) => relative(at, now())} />
            )}
          </dd>
        </dl>
      )}
    </section>
  );
}
