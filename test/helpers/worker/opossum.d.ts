declare module 'opossum' {
  /** As much of it as our tables and measurements use. */
  export default class CircuitBreaker<Args extends unknown[], Value> {
    constructor(
      action: (...args: Args) => Promise<Value>,
      options: {
        timeout: number | false;
        errorThresholdPercentage: number;
        volumeThreshold: number;
        resetTimeout: number;
        rollingCountTimeout: number;
        rollingCountBuckets: number;
        rollingPercentilesEnabled: boolean;
        enableSnapshots: boolean;
      },
    );
    fire(...args: Args): Promise<Value>;
    readonly opened: boolean;
    readonly closed: boolean;
    readonly halfOpen: boolean;
    shutdown(): void;
  }
}
