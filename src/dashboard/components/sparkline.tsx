const WIDTH = 120;
const HEIGHT = 28;

/** The shape of a series, nothing more: the figure beside it carries the meaning. */
export function Sparkline({ values, tone }: { values: readonly number[]; tone: 'info' | 'bad' | 'plain' }) {
  const highest = Math.max(0, ...values);
  const top = highest || 1;
  const step = values.length > 1 ? WIDTH / (values.length - 1) : WIDTH;
  const points = values.map(
    (value, i) => `${(i * step).toFixed(1)},${(HEIGHT - 1 - (value / top) * (HEIGHT - 3)).toFixed(1)}`,
  );
  return (
    <svg
      class={`sparkline sparkline-${highest === 0 ? 'plain' : tone}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {values.length > 1 ? (
        <>
          <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
          <polyline points={points.join(' ')} />
        </>
      ) : null}
    </svg>
  );
}
