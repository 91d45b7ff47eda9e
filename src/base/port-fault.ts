/**
 * Why a port could not do what it was asked: a closed list, so that every caller can decide.
 *
 * - `not-found`: the chip, pin, device or file is not there
 * - `busy`: another program holds it; `permission`: this user may not
 * - `in-use`: the address is taken; `unreachable`: the network has no way there
 * - `unsupported`: this machine or build has no such thing
 * - `gone`: it was there and went away (unplugged, reset); `io`: anything else the kernel said
 */
export type PortFaultKind =
  | "not-found"
  | "busy"
  | "permission"
  | "in-use"
  | "unreachable"
  | "unsupported"
  | "gone"
  | "io";

/** A fault as a value: what failed, and what a person can do about it. */
export interface PortFault {
  readonly kind: PortFaultKind;
  /** What failed, naming the thing: `pin "GPIO6" on chip pinctrl-bcm2711`. */
  readonly what: string;
  /** What to do about it, one sentence. */
  readonly advice: string;
}

/** The same in every copy of this file that a program has. */
const BRAND = Symbol.for("tipring.PortError");

/**
 * The rejection of a port's opening call. A board's module may bring a copy of this class along,
 * bundled: `instanceof` goes by what an error is, and not by which copy made it.
 */
export class PortError extends Error {
  override readonly name = "PortError";
  readonly fault: PortFault;
  readonly [BRAND] = true;

  constructor(fault: PortFault) {
    super(`${fault.what}: ${fault.kind}; ${fault.advice}`);
    this.fault = fault;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}
