import { constants } from "node:os";

/** Signals that a service manager, a terminal or its end stop a program with. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** One of them. */
export type StopSignalName = (typeof STOP_SIGNALS)[number];

/** Ctrl-Z: a program that is put to sleep leaves its lines as they are, a bell ringing. */
const SUSPEND = "SIGTSTP";

/** Where signals come from: the process. */
export interface SignalSource {
  on(signal: StopSignalName | typeof SUSPEND, listener: () => void): unknown;
  off(signal: StopSignalName | typeof SUSPEND, listener: () => void): unknown;
}

/**
 * Watches for signals: the first has the program end in good order, any more have it end at once.
 * They never have the system end the process, or put it to sleep, which would leave a bell ringing.
 * What is returned takes the watch away again.
 */
export function watchSignals(
  source: SignalSource,
  end: (signal: StopSignalName) => void,
  hurry: (signal: StopSignalName) => void,
): () => void {
  let isEnding = false;
  const watched = STOP_SIGNALS.map((signal) => {
    const listener = (): void => {
      const act = isEnding ? hurry : end;
      isEnding = true;
      act(signal);
    };
    source.on(signal, listener);
    return [signal, listener] as const;
  });
  const awake = (): void => {};
  source.on(SUSPEND, awake);
  return () => {
    for (const [signal, listener] of watched) source.off(signal, listener);
    source.off(SUSPEND, awake);
  };
}

/** What a shell says of a program that a signal ended: 130 for Ctrl-C, 143 for SIGTERM. */
function signalExitCode(signal: StopSignalName): number {
  return 128 + constants.signals[signal];
}

/** Where a tool hears that it is to stop. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** What a tool that was stopped ends with; undefined where nothing stopped it. */
  exitCode(): number | undefined;
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
  hurry: (code: number) => void = (code) => process.exit(code),
): StopSignal {
  const stop = new AbortController();
  let code: number | undefined;
  const forget = watchSignals(
    source,
    (signal) => {
      code = signalExitCode(signal);
      stop.abort();
    },
    (signal) => hurry(signalExitCode(signal)),
  );
  return { signal: stop.signal, exitCode: () => code, forget };
}
