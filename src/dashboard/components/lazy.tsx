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
    useEffect(() => {
      if (Inner) return;
      let gone = false;
      void load().then((module) => {
        loaded = module.default;
        if (!gone) setInner({ is: module.default });
      });
      return () => {
        gone = true;
      };
    }, [Inner]);
    return Inner ? <Inner.is {...props} /> : <>{waiting()}</>;
  };
}
