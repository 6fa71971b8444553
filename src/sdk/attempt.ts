/** Null where it throws: for what a browser may refuse, and the page goes on without. */
export const attempt = <T>(action: () => T): T | null => {
  try {
    return action();
  } catch {
    return null;
  }
};
