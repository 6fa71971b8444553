import type { ComponentChild, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component that is fetched when it is first drawn. The place around it must reserve its size. */
export function lazy<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  waiting: () => ComponentChild = () => null,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Lazy(props: Props) {
    const [Inner, setInner] = useState<{ is: ComponentType<Props> } | null>(loaded ? { is: loaded } : null);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (Inner || failed) return;
      let gone = false;
      load()
        .then((module) => {
          loaded = module.default;
          if (!gone) setInner({ is: module.default });
        })
        .catch((error: unknown) => {
          console.error(error);
          if (!gone) setFailed(true);
        });
      return () => {
        gone = true;
      };
    }, [Inner, failed]);
    if (Inner) return <Inner.is {...props} />;
    if (!failed) return <>{waiting()}</>;
    return (
      <p class="faint" role="alert">
        This part of the page could not be loaded.{' '}
        <button type="button" class="button button-small" onClick={() => setFailed(false)}>
          Try again
        </button>
      </p>
    );
  };
}
