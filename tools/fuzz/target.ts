/** Something that takes bytes from outside. */
export interface FuzzTarget {
  readonly name: string;
  /** So many of the run's mutations; absent: all. For what is slow and no parser of the network. */
  readonly part?: number;
  /** Whole inputs to begin with; one at least. */
  readonly seeds: readonly Uint8Array[];
  /** A folder of `fuzz/` in the vectors with more of them. */
  readonly vectors: readonly string[];
  /** Takes one input; throwing anything is what must not happen. */
  run(bytes: Uint8Array): void;
}

/** Text as seeds, byte for byte. */
export function seedsOf(...texts: readonly string[]): readonly Uint8Array[] {
  return texts.map((text) => Uint8Array.from(text, (unit) => unit.charCodeAt(0)));
}

/** The line ends of the wire. */
export function wireText(...lines: readonly string[]): string {
  return lines.join("\r\n");
}

/** Says that something parsed does not hold what it promises. */
export function promise(isKept: boolean, what: string): void {
  if (!isKept) throw new Error(`broken promise: ${what}`);
}
