import { listRegimes } from '../../../api/regimes.ts';
import { Button } from '../../../components/button.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty, Failure, Skeleton } from '../../../components/states.tsx';
import { plural } from '../../../lib/format.ts';
import { go, param, pathPart } from '../../../state/route.ts';
import { useResource } from '../../../state/use-resource.ts';
import { RegimeForm } from './form/regime-form.tsx';
import { regimeHref } from './links.ts';
import { RegimeCard } from './regime-card.tsx';

/** The laws whose clocks run here: all of them, or the form of one. */
export function RegimesTab() {
  const id = pathPart(2);
  const regimes = useResource('regimes', listRegimes);
  const { data, error, loading, reload } = regimes;
  const failure = error ? (
    <Failure line={data !== null} what="The laws could not be loaded" error={error} onRetry={reload} />
  ) : null;
  if (data === null) return failure ?? <Skeleton rows={16} label="Loading laws" />;
  if (id !== '') {
    const [from] = data.items.filter((one) => one.id === (id === 'new' ? param('like') : id));
    return (
      <>
        <Link class="back-link" href={regimeHref('')}>
          <Icon name="back" />
          <span>All laws</span>
        </Link>
        {failure}
        {id === 'new' ? (
          <RegimeForm
            key={`new ${from?.id}`}
            from={from ?? null}
            isNew
            ids={data.items.map((one) => one.id)}
            rereading={loading}
            onReread={reload}
          />
        ) : from === undefined ? (
          <Empty title="There is no such law">
            <Button onClick={() => go(regimeHref(''))}>Show all laws</Button>
          </Empty>
        ) : from.builtIn ? (
          <RegimeCard regime={from} />
        ) : (
          <RegimeForm key={id} from={from} isNew={false} ids={[]} rereading={loading} onReread={reload} />
        )}
      </>
    );
  }
  const own = data.items.filter(({ builtIn }) => !builtIn).length;
  return (
    <section class="tab-section" aria-label="Regimes">
      <header class="page-head">
        <p class="grow faint">
          {own === 0 ? 'No law of your own yet' : `${plural(own, 'law')} of your own`}. A breach or a request that is
          open keeps the clocks that it came under.
        </p>
        <Button kind="primary" icon="plus" onClick={() => go(regimeHref('new'))}>
          New law
        </Button>
      </header>
      {failure}
      {data.items.map((regime) => (
        <RegimeCard key={regime.id} regime={regime} />
      ))}
    </section>
  );
}
