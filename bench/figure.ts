/** One measured figure, as `npm run bench -- --json` prints it. Names stay stable once given. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  readonly unit: string;
  /** The same thing measured of another program in the same run; null where there is none. */
  readonly peer: number | null;
  readonly peerName: string | null;
  /** `ours` ÷ `peer`. */
  readonly ratio: number | null;
}

/** Where a figure has to stay. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number };

/** Figures that are measured together. */
export interface FigureGroup {
  /** Every name that `measure` may give, with its limit where it has one. */
  readonly limits: Readonly<Record<string, Limit | undefined>>;
  /**
   * Measures. What was not possible (a peer that is not installed) goes to `note`; what is not
   * wanted may be left out.
   */
  measure(
    note: (text: string) => void,
    isWanted: (name: string) => boolean,
  ): Promise<readonly Figure[]>;
}

/** What of another program stands beside ours. */
export interface Peer {
  readonly name: string;
  readonly value: number;
  /** `ours` ÷ `value` where it was measured turn by turn: it knows more than the two alone. */
  readonly ratio?: number;
}

/** A figure with its ratio; all numbers to four digits. */
export function figure(name: string, ours: number, unit: string, peer?: Peer): Figure {
  return {
    name,
    ours: fourDigits(ours),
    unit,
    peer: peer === undefined ? null : fourDigits(peer.value),
    peerName: peer?.name ?? null,
    ratio:
      peer === undefined || peer.value === 0 ? null : fourDigits(peer.ratio ?? ours / peer.value),
  };
}

/** Whether a value keeps a limit. */
export function isWithin(value: number, limit: Limit): boolean {
  return "atMost" in limit ? value <= limit.atMost : value >= limit.atLeast;
}

function fourDigits(value: number): number {
  return Number(value.toPrecision(4));
}
