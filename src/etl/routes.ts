import { Hono } from 'hono';
import { isStillSignedIn } from '../auth/index.ts';
import type { Ctx } from '../env.ts';
import { idempotencyKeyOf, type Sender, streamRefusal } from '../ingest/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { UNAUTHENTICATED } from '../shared/problem.ts';
import type { DataType } from '../wire/etl.ts';
import { answerStart, refuseStart } from './answer.ts';
import { readStream } from './body.ts';
import { keySender, projectOf, senderFor } from './caller.ts';
import { dryRun } from './dry-run.ts';
import { type DryRunInput, readDryRun, readEnvelope, readOptions, type StartOptions } from './envelope.ts';
import { type EtlError, etlProblem } from './errors.ts';
import { extractorFor, extractPayload } from './extract/extract.ts';
import { jobRoutes } from './job-routes.ts';
import { schemaRoutes } from './schema-routes.ts';
import { type Feed, type Feeder, refusedBy, startJob } from './start.ts';
import type { SchemaPort } from './telemetry-schema.ts';

export function etlRoutes(makePort: (ctx: Ctx) => SchemaPort): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.post('/api/etl/start', async function postStart(c) {
    const startedMs = performance.now();
    const elapsedMs = () => performance.now() - startedMs;
    const byKey = await keySender(c);
    if (!byKey.ok) return refuse(c, etlProblem(byKey.error));
    return c.req.query('dataType') === undefined
      ? startInline(c, byKey.value, elapsedMs)
      : startStreamed(c, byKey.value, elapsedMs);
  });
  routes.post('/api/etl/dry-run', async function postDryRun(c) {
    const early = await projectOf(c, c.req.query('project'), 'write');
    // Somebody signed in may name the project in the body, which nobody else gets read.
    if (!early.ok && !isUnnamed(early.error)) return refuse(c, etlProblem(early.error));
    const input = await readDryRun(c.req.raw);
    if (!input.ok) return refuse(c, etlProblem(input.error));
    if (!(await isStillSignedIn(c.get('ctx')))) return refuse(c, UNAUTHENTICATED);
    return answerDryRun(c, input.value.project ?? c.req.query('project'), input.value);
  });
  routes.route('/', schemaRoutes(makePort));
  routes.route('/', jobRoutes());
  return routes;
}

function isUnnamed(error: EtlError): boolean {
  return error.kind === 'project' && error.error.kind === 'invalid_input';
}

async function startInline(c: AppContext, byKey: Sender | null, elapsedMs: () => number): Promise<Response> {
  const envelope = await readEnvelope(c.req.raw);
  if (!envelope.ok) return refuseStart(c, byKey, envelope.error);
  if (!(await isStillSignedIn(c.get('ctx')))) return refuse(c, UNAUTHENTICATED);
  const { payload, bytes, dryRun: isDry, ...options } = envelope.value;
  const named = options.project ?? c.req.query('project');
  if (isDry)
    return answerDryRun(c, named, { dataType: options.dataType, schemaVersion: options.schemaVersion, payload });
  const sender = await senderFor(c, byKey, named);
  if (!sender.ok) return refuseStart(c, byKey, sender.error);
  return start(c, sender.value, options, elapsedMs, async ({ run }) => {
    run.noteBytes(bytes);
    return refusedBy(await run.feed(extractPayload(options.dataType, payload)));
  });
}

/** Not for keys that may only send: a dry run shows what values are masked with, and such a key may be public. */
async function answerDryRun(c: AppContext, named: string | undefined, input: DryRunInput): Promise<Response> {
  const project = await projectOf(c, named, 'write');
  if (!project.ok) return refuse(c, etlProblem(project.error));
  const done = await dryRun(c.get('ctx'), project.value, input);
  return done.ok ? c.json(done.value) : refuse(c, etlProblem(done.error));
}

async function startStreamed(c: AppContext, byKey: Sender | null, elapsedMs: () => number): Promise<Response> {
  const options = readOptions(c.req.query());
  if (!options.ok) return refuseStart(c, byKey, options.error);
  const sender = await senderFor(c, byKey, options.value.project);
  if (!sender.ok) return refuseStart(c, byKey, sender.error);
  const { dataType } = options.value;
  return start(c, sender.value, options.value, elapsedMs, (feeder) => feedBody(c, dataType, feeder));
}

async function feedBody(c: AppContext, dataType: DataType, { run, beat }: Feeder): Promise<EtlError | null> {
  const extractor = extractorFor(dataType, c.req.header('content-type'));
  const failed = await readStream(c.req.raw, async (chunk) => {
    run.noteBytes(chunk.byteLength);
    const refused = refusedBy(await run.feed(extractor.push(chunk)));
    if (refused === null) await beat();
    return refused;
  });
  return failed ?? refusedBy(await run.feed(extractor.end()));
}

async function start(
  c: AppContext,
  sender: Sender,
  options: StartOptions,
  elapsedMs: () => number,
  feed: Feed,
): Promise<Response> {
  const stream = options.stream ?? sender.streams?.[0] ?? 'logs';
  const forbidden = streamRefusal(sender, stream);
  if (forbidden) return refuseStart(c, sender, { kind: 'ingest', error: forbidden });
  const idempotencyKey = idempotencyKeyOf(c);
  if (!idempotencyKey.ok) return refuseStart(c, sender, { kind: 'ingest', error: idempotencyKey.error });
  const started = await startJob(
    c.get('ctx'),
    {
      sender,
      userAgent: c.req.header('user-agent') ?? '',
      dataType: options.dataType,
      schemaVersion: options.schemaVersion ?? null,
      stream,
      service: options.service ?? 'unknown',
      idempotencyKey: idempotencyKey.value,
      resentFrom: null,
      elapsedMs,
    },
    feed,
  );
  return answerStart(c, sender, started, elapsedMs);
}
