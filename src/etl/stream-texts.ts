import { utf8 } from '../shared/bytes.ts';

/** A body that is made as it is read. What throws breaks it off, so that a part does not pass for the whole. */
export function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await texts.next();
      if (next.done) controller.close();
      else controller.enqueue(utf8(next.value));
    },
    async cancel() {
      await texts.return(undefined);
    },
  });
}
