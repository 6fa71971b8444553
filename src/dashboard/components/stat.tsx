import { Sparkline } from './sparkline.tsx';

interface StatProps {
  label: string;
  /** null while loading. */
  value: string | null;
  title?: string;
  /** Compared with the same time before. */
  trend?: { text: string; tone: 'ok' | 'bad' | 'plain' } | null;
  /** Over time, null where there was nothing; a figure without a course has none. */
  series?: readonly (number | null)[];
  tone: 'info' | 'bad' | 'plain';
}

export function Stat({ label, value, title, trend = null, series, tone }: StatProps) {
  return (
    <div class="stat" {...(title ? { title } : {})}>
      <span class="stat-label">{label}</span>
      <span class="stat-value">{value ?? <i class="bone" />}</span>
      <span class={`stat-trend trend-${trend?.tone ?? 'plain'}`}>{trend?.text ?? '\u00a0'}</span>
      {series ? <Sparkline values={series} tone={tone} /> : null}
    </div>
  );
}
