import type { Env } from '../../src/env.ts';
import { chooseSchema, compilePipeline, type Pipeline, type TelemetrySchema } from '../../src/etl/index.ts';

const KEY = 'telemetry_schema';

/**
 * The project's schema for telemetry. Read from D1 once, before the first frame of this instance is taken; from then on the hub is told of new
 * versions, which never go back. The copy in storage serves an instance that starts while D1 is away.
 */
export class HubSchema {
  readonly #env: Env;
  readonly #storage: DurableObjectStorage;
  readonly #projectId: () => string;
  #version = -1;
  #pipeline: Pipeline | null = null;
  #loading: Promise<boolean> | null = null;

  constructor(env: Env, storage: DurableObjectStorage, projectId: () => string) {
    this.#env = env;
    this.#storage = storage;
    this.#projectId = projectId;
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

  /** False where neither D1 nor the copy can say. Frames that come meanwhile wait for the same answer, in order. */
  load(): Promise<boolean> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load(): Promise<boolean> {
    try {
      const found = await chooseSchema({ env: this.#env }, this.#projectId(), 'TELEMETRY', null);
      if (found.ok) this.use(found.value);
    } catch (cause) {
      console.error(JSON.stringify({ level: 'error', event: 'schema_away', from: 'hub', cause: String(cause) }));
      const copy = this.#storage.kv.get<TelemetrySchema>(KEY);
      if (copy) this.use(copy);
    }
    return this.isKnown;
  }
}
