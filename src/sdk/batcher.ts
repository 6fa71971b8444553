/** Of the records of a batch in UTF-8. With what is common to them it stays below the 64 KiB that may be on their way as a page goes. */
export const MAX_BATCH_BYTES = 56_000;

let open: string[] = [];
let openBytes = 0;

/** Adds a record, as JSON, to the batch that is open; one that is full is closed before. False: larger than any batch, and not taken. */
export const addToBatch = (json: string, close: () => void): boolean => {
  const bytes = new TextEncoder().encode(json).length + 1;
  if (bytes > MAX_BATCH_BYTES) return false;
  if (openBytes + bytes > MAX_BATCH_BYTES) close();
  open.push(json);
  openBytes += bytes;
  return true;
};

/** The records of the batch that was open, in their order. */
export const takeBatch = (): string[] => {
  const taken = open;
  open = [];
  openBytes = 0;
  return taken;
};
