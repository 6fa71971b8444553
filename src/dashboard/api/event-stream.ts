export interface StreamEvent {
  event: string;
  data: string;
}

/**
 * Server-sent events (WHATWG HTML 9.2.6) from a fetch body. EventSource cannot be used: it reconnects by itself, and a
 * search that starts over is not what a broken line should cause.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffered = '';
  let event = 'message';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffered += decoder.decode(value, { stream: true });
      const lines = buffered.split('\n');
      buffered = lines.pop() ?? '';
      for (const raw of lines) {
        const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
        if (line === '') {
          if (data.length > 0) yield { event, data: data.join('\n') };
          event = 'message';
          data = [];
        } else if (line.startsWith('event:')) event = line.slice(6).trim();
        else if (line.startsWith('data:')) data.push(line.startsWith('data: ') ? line.slice(6) : line.slice(5));
      }
    }
  } finally {
    // Leaving the loop early is "stop": the server must learn it, or it scans on.
    await reader.cancel().catch(() => undefined);
  }
}
