/** Node's WebSocket, in programs that are also typed for the Workers runtime, whose own has no handler properties. */
interface WebSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
}
