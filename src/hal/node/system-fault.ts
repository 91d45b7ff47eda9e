import type { PortFault, PortFaultKind } from "../../base/port-fault.ts";
import { errorText } from "../../base/thrown.ts";

/** What each error name of the kernel means to the user of a port. @see errno(3) */
const KINDS: Readonly<Record<string, PortFaultKind>> = {
  EADDRINUSE: "in-use",
  EADDRNOTAVAIL: "not-found",
  EAFNOSUPPORT: "unsupported",
  EACCES: "permission",
  EPERM: "permission",
  EROFS: "permission",
  EBUSY: "busy",
  ENOENT: "not-found",
  ENOTDIR: "not-found",
  ENODEV: "gone",
  ENXIO: "gone",
  EBADF: "gone",
  ENETUNREACH: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EHOSTDOWN: "unreachable",
  ECONNREFUSED: "unreachable",
};

/** What to do about each kind, where the port knows nothing better. */
export type FaultAdvice = Partial<Readonly<Record<PortFaultKind, string>>>;

/** The error name (`EBUSY`) of a thrown value, or "" where it has none. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return "";
}

/**
 * A fault from what the runtime threw or reported. `kinds` overrides what an error name means at
 * this port; a kind without advice says what the system said.
 */
export function faultFromError(
  error: unknown,
  what: string,
  advice: FaultAdvice,
  kinds: Readonly<Record<string, PortFaultKind>> = {},
): PortFault {
  const code = errorCode(error);
  const kind = kinds[code] ?? KINDS[code] ?? "io";
  const said = errorText(error);
  return { kind, what, advice: advice[kind] ?? `the system said: ${said}` };
}
