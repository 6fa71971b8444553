/** A question that several ask at once and somebody answers once. */
export interface SharedQuestion<T> {
  ask(): Promise<T>;
  /** For everybody who is waiting; nothing where nobody is. */
  answer(value: T): void;
}

/** `onOpen` is called when the first one asks: time to show it. */
export function sharedQuestion<T>(onOpen: () => void): SharedQuestion<T> {
  let open: PromiseWithResolvers<T> | null = null;
  return {
    ask() {
      if (open) return open.promise;
      open = Promise.withResolvers<T>();
      onOpen();
      return open.promise;
    },
    answer(value) {
      open?.resolve(value);
      open = null;
    },
  };
}
