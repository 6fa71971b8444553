import type { Env } from '../../src/env.ts';
import { chooseSchema, compilePipeline, type Pipeline, type TelemetrySchema } from '../../src/etl/index.ts';
import { log } from '../../src/shared/log.ts';
import { inTime } from '../../src/shared/within.ts';

const KEY = 'telemetry_schema';
/** D1 ends a statement after 30 s, and frames would wait as long. */
const MAX_LOAD_MS = 3_000;
/** Of frames that wait for the schema: parsed they are several times as large, and an object has 128 MB. */
const MAX_WAITING_CHARS = 8 * 1024 * 1024;

/**
 * The project's schema for telemetry. Read from D1 once, before the first frame of this instance is taken; from then on the hub is told of new
 * versions, which never go back. The copy in storage serves an instance that starts while D1 is away, or does not answer.
 */
export class HubSchema {
  readonly #env: Env;
  readonly #storage: Pick<DurableObjectStorage, 'kv'>;
  readonly #projectId: () => string;
  #version = -1;
  #pipeline: Pipeline | null = null;
  #loading: Promise<boolean> | null = null;
  #waitingChars = 0;
  readonly #maxLoadMs: number;
  readonly #alongside: () => Promise<void>;

  /** `alongside`: what else has to be known before the first frame is taken; it does not throw. */
  constructor(
    env: Env,
    storage: Pick<DurableObjectStorage, 'kv'>,
    projectId: () => string,
    { maxLoadMs = MAX_LOAD_MS, alongside = async (): Promise<void> => undefined } = {},
  ) {
    this.#env = env;
    this.#storage = storage;
    this.#projectId = projectId;
    this.#maxLoadMs = maxLoadMs;
    this.#alongside = alongside;
  }

  get isKnown(): boolean {
    return this.#version >= 0;
  }

  /** Null where the project has none. */
  get pipeline(): Pipeline | null {
    return this.#pipeline;
  }

  use(schema: TelemetrySchema): void {
    if (schema.version <= this.#version) return;
    if (schema.version > (this.#storage.kv.get<TelemetrySchema>(KEY)?.version ?? -1)) this.#storage.kv.put(KEY, schema);
    this.#version = schema.version;
    this.#pipeline = schema.version === 0 ? null : compilePipeline(schema.schema, schema.reference);
  }

  /**
   * For a frame of `chars` units. False where neither D1 nor the copy can say. Frames that come meanwhile wait for the same answer, in order; null
   * for one that may not, because so much waits already.
   */
  load(chars: number): Promise<boolean> | null {
    if (this.#waitingChars + chars > MAX_WAITING_CHARS) return null;
    this.#waitingChars += chars;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
      this.#waitingChars = 0;
    });
    return this.#loading;
  }

  async #load(): Promise<boolean> {
    const alongside = this.#alongside();
    // Nothing is known before all is: a frame that came later would overtake those that wait.
    try {
      const choosing = chooseSchema({ env: this.#env }, this.#projectId(), 'TELEMETRY', null);
      const [found] = await Promise.all([inTime(this.#maxLoadMs, 'the database', choosing), alongside]);
      if (found.ok) this.use(found.value);
    } catch (cause) {
      log('error', 'schema_away', { from: 'hub', cause: String(cause) });
      await alongside;
      const copy = this.#storage.kv.get<TelemetrySchema>(KEY);
      if (copy) this.use(copy);
    }
    return this.isKnown;
  }
}
