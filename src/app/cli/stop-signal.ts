import { type SignalSource, watchSignals } from "./stop-signals.ts";

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
