/**
 * Small durable files by name (letters, digits, `.`, `-`, `_`; no path).
 * `write` is atomic: a reader sees the old text or the new. Rejects with `PortError`.
 */
export interface Store {
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
  /** Appends one line; the line end is added. */
  append(name: string, line: string): Promise<void>;
}
