import { Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { mayAdminister, projectProblem, readableProjects } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { deploymentMetrics } from './deployment-metrics.ts';
import {
  EXPOSITION_TYPES,
  expositionOf,
  type Figures,
  type Format,
  type Histogram,
  type Metric,
} from './exposition.ts';
import { collectMetrics } from './metrics.ts';
import { askMetrics, orMetricsAway } from './red/ask.ts';
import { gaugeMetrics, redMetrics } from './red/red-metrics.ts';

/** `/api/metrics`: of the projects that the caller may read, which for a key is its own; to administrators and keys with the scope `admin` of the deployment too. */
export function metricsRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/metrics', async function getMetrics(c) {
    const ctx = c.get('ctx');
    const projects = readableProjects(ctx);
    if (!projects.ok) return refuse(c, projectProblem(projects.error));
    return orMetricsAway(c, async () => {
      const totals = await askMetrics(ctx.env, (object) => object.totals());
      const metrics: Metric[] = [
        ...(await collectMetrics(ctx, projects.value)),
        ...gaugeMetrics(totals.gauges, projects.value, ctx.nowMs),
        ...(mayAdminister(ctx.actor) ? [...(await deploymentMetrics(ctx)), ...redMetrics(totals)] : []),
      ];
      if (c.req.query('format') === 'json') return c.json({ metrics: metrics.map(asJson) });
      const format = formatOf(c);
      return c.body(expositionOf(metrics, format), 200, { 'content-type': EXPOSITION_TYPES[format], vary: 'accept' });
    });
  });
  return routes;
}

function formatOf(c: AppContext): Format {
  const supports = ['text/plain', 'application/openmetrics-text'];
  const type = accepts(c, { header: 'Accept', supports, default: 'text/plain' });
  return type === 'application/openmetrics-text' ? 'openmetrics' : 'text';
}

/** As `?format=json` has it: exemplars are for scrapers. */
export type JsonMetric =
  | Figures
  | (Omit<Histogram, 'samples'> & { samples: Omit<Histogram['samples'][number], 'exemplars'>[] });

function asJson(metric: Metric): JsonMetric {
  if (metric.type !== 'histogram') return metric;
  const { name, help, type, boundsMs, samples } = metric;
  return { name, help, type, boundsMs, samples: samples.map(({ exemplars: _, ...sample }) => sample) };
}
