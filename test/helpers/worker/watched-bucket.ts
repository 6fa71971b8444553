/** A bucket that tells each call of it, once that has its answer. */
export function watchedBucket(bucket: R2Bucket, told: (call: string, key: unknown) => unknown): R2Bucket {
  return new Proxy(bucket, {
    get(_, name) {
      const method = Reflect.get(bucket, name) as (...values: unknown[]) => Promise<unknown>;
      if (typeof method !== 'function') return method;
      return async (...values: unknown[]) => {
        const answer = await method.apply(bucket, values);
        await told(String(name), values[0]);
        return answer;
      };
    },
  });
}
