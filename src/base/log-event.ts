/** How much a log event matters: `error` needs a person, `warn` may, the rest is for reading. */
export type LogLevel = "error" | "warn" | "info" | "debug";

/**
 * One thing worth telling, as a value: what prints it, and where to, is the app's business.
 * `text` is a full sentence in plain words; `data` holds what a machine would want beside it.
 * Neither ever holds a password, a digest response or a key.
 */
export interface LogEvent {
  readonly level: LogLevel;
  /** The room it comes from, e.g. `sip`, `line 1`, `exchange`. */
  readonly area: string;
  readonly text: string;
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}
