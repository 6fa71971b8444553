/** Canvas knows no custom properties, and `light-dark()` resolves only on an element: ask one. */
export function chartColors<Name extends string>(host: HTMLElement, names: readonly Name[]): Record<Name, string> {
  const probe = document.createElement('i');
  host.append(probe);
  const out = {} as Record<Name, string>;
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    out[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return out;
}

/** Each series has a colour of its name. */
export function seriesColor<Name extends string>(name: Name): `chart-${Name}` {
  return `chart-${name}`;
}
