const WIDTH = 120;
const HEIGHT = 28;

interface SparklineProps {
  /** null is a gap. */
  values: readonly (number | null)[];
  tone: 'info' | 'bad' | 'plain';
}

/** The shape of a series, nothing more: the figure beside it carries the meaning. */
export function Sparkline({ values, tone }: SparklineProps) {
  const highest = Math.max(0, ...values.map((value) => value ?? 0));
  const top = highest || 1;
  const step = values.length > 1 ? WIDTH / (values.length - 1) : WIDTH;
  const runs = runsOf(values).map((run) =>
    run.map(({ at, value }) => ({ x: at * step, y: HEIGHT - 1 - (value / top) * (HEIGHT - 3) })),
  );
  return (
    <svg
      class={`sparkline sparkline-${highest === 0 ? 'plain' : tone}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {values.length > 1
        ? runs.map((run) => {
            const points = run.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
            const [first, last] = [run[0]?.x ?? 0, run[run.length - 1]?.x ?? 0];
            return (
              <g key={first}>
                <polygon points={`${first.toFixed(1)},${HEIGHT} ${points} ${last.toFixed(1)},${HEIGHT}`} />
                {/* One value alone is a stroke as wide as it can be seen. */}
                <polyline
                  points={run.length > 1 ? points : `${points} ${(first + 1).toFixed(1)},${run[0]?.y.toFixed(1)}`}
                />
              </g>
            );
          })
        : null}
    </svg>
  );
}

function runsOf(values: readonly (number | null)[]): { at: number; value: number }[][] {
  const runs: { at: number; value: number }[][] = [];
  values.forEach((value, at) => {
    if (value === null) return;
    const isNext = at > 0 && (values[at - 1] ?? null) !== null;
    if (isNext) runs[runs.length - 1]?.push({ at, value });
    else runs.push([{ at, value }]);
  });
  return runs;
}
