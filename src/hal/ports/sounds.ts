/** A recording that is being written. */
export interface RecordingFile {
  /** Adds samples, of both channels in turn; they are copied. What the disk cannot take is lost. */
  write(stereo: Int16Array): void;
  /**
   * Completes the file. Resolves with what is missing of it and why, undefined where nothing is;
   * never rejects for what the disk does.
   */
  close(): Promise<string | undefined>;
}

/**
 * Sounds as files. Port's side: `create` and `load` reject with `PortError` (`not-found`,
 * `permission`, `unsupported` for what is no sound that a line can play); names are letters,
 * digits, `.`, `_` and `-`. User's side: what was opened is closed once.
 */
export interface Sounds {
  /** A new recording at the line's rate, two channels: near, far. */
  create(name: string): Promise<RecordingFile>;
  /** A whole sound, 8 kHz mono. */
  load(name: string): Promise<Int16Array>;
}
