/** How something is, whatever it is. Each has a shape and a colour of its own, and never stands without a word. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'off';
