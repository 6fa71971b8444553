const LONGEST = 80;

/** Found when an entry comes: when its vital is sent, the element may have gone. */
const known = new WeakMap<PerformanceEntry, string>();

/** Where the element of an entry is, from the nearest id down; no text of the page. */
export const selectorOf = (entry: PerformanceEntry, element: Node | null | undefined): string => {
  let selector = known.get(entry) ?? '';
  for (let node = selector ? null : (element as Element | null | undefined); node && selector.length < LONGEST; ) {
    const name = node.id ? `#${node.id}` : [node.localName, ...(node.classList ?? [])].join('.');
    selector = selector ? `${name}>${selector}` : name;
    node = node.id ? null : node.parentElement;
  }
  known.set(entry, selector);
  return selector;
};
