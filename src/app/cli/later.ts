/** Calls once, after some ms, and keeps no process alive; what is returned takes it back. */
export type Later = (run: () => void, ms: number) => () => void;

/** By the process's own timers. */
export const later: Later = (run, ms) => {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
};
