/** Signals that a service manager, a terminal or its end stop a program with. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Where signals come from: the process. */
export interface SignalSource {
  on(signal: (typeof STOP_SIGNALS)[number], listener: () => void): unknown;
  off(signal: (typeof STOP_SIGNALS)[number], listener: () => void): unknown;
}

/**
 * Watches for signals: the first has the box end in good order, any more have it end at once. They
 * never have the system end the process, which would leave a bell ringing. What is returned takes
 * the watch away again.
 */
export function watchSignals(source: SignalSource, end: () => void, hurry: () => void): () => void {
  let isEnding = false;
  const listener = (): void => {
    if (isEnding) hurry();
    else end();
    isEnding = true;
  };
  for (const signal of STOP_SIGNALS) source.on(signal, listener);
  return () => {
    for (const signal of STOP_SIGNALS) source.off(signal, listener);
  };
}

/** Where a tool hears that it is to stop. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Takes the watch away again. */
  readonly forget: () => void;
}

/**
 * For tools that have a line's hardware in their hands: Ctrl-C, or the end of the terminal, has
 * them leave it safe and say what they know so far. A tool that does not end is ended by the
 * second.
 */
export function stopSignal(
  source: SignalSource = process,
  hurry: () => void = () => process.exit(1),
): StopSignal {
  const stop = new AbortController();
  const forget = watchSignals(source, () => stop.abort(), hurry);
  return { signal: stop.signal, forget };
}
