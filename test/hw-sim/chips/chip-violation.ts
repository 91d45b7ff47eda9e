/** What a chip must never be asked, and was. */
export interface ChipViolation {
  readonly atMs: number;
  readonly kind:
    | "ringing-duty"
    | "ring-mode-dropped-while-ringing"
    | "ring-mode-after-trip"
    | "power-down-driven-high"
    | "power-down-driven-low"
    | "spi-clock"
    | "unlisted-register"
    | "indirect-access-while-pending"
    | "undefined-indirect-register";
  /** A full sentence with the figures. */
  readonly text: string;
}

/** How many violations one chip remembers; the first ones say most. */
export const VIOLATIONS_MAX = 1000;
