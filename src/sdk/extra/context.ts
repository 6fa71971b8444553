import type { DataType } from '../../wire/etl.ts';
import type { JsonObject, LogRecord } from '../../wire/record.ts';

/** What the second part needs to know of the first. */
export interface ExtraContext {
  /** Origin of Breakwater. */
  url: string;
  key: string;
}

export interface Credentials {
  username: string;
  password: string;
}

export interface SubscribeOptions {
  project: string;
  /** A search that records must match. */
  filter?: string;
  /** A key of the project with the scope `query`. Without it the session of this browser is used, which only pages of Breakwater's own origin have. */
  key?: string;
}

export type RecordsHandler = (records: LogRecord[], update: { topic: string; dropped: number }) => void;

export interface Subscription {
  close(): void;
}

/** What is loaded when it is first called: few pages use it. */
export interface Extra {
  login(context: ExtraContext, credentials: Credentials): Promise<JsonObject>;
  subscribe(
    context: ExtraContext,
    topics: readonly string[],
    handler: RecordsHandler,
    options: SubscribeOptions,
  ): Promise<Subscription>;
  startEtl(context: ExtraContext, payload: unknown, dataType?: DataType): Promise<JsonObject>;
}
