import type { CardLineInfo, CardStatus, Welcome } from "../card-packets.ts";
import type { CheckLink } from "./check-link.ts";

/** What a check needs to know of the card and of the person who runs it. */
export interface CheckContext {
  readonly link: CheckLink;
  readonly welcome: Welcome;
  /** The line that is tried, 0 for the first, and what it can. */
  readonly line: number;
  readonly info: CardLineInfo;
  /** Whether bells may ring. */
  readonly mayRing: boolean;
  /** Asks a person to do something; absent where nobody is there. */
  readonly tell?: (text: string) => void;
  /** What an answer may take longer than the protocol says: cable, adapter, this machine; ms. */
  readonly slackMs: number;
}

/** How a check went: a fault fails, a skip says why nothing could be tried. */
export type CheckOutcome =
  | { readonly kind: "passed"; readonly note?: string }
  | { readonly kind: "failed"; readonly note: string }
  | { readonly kind: "skipped"; readonly note: string };

/** One thing that the document demands of a card. */
export interface CheckRule {
  /** The rules of the document that it holds the card to: `R13`. */
  readonly rules: string;
  readonly title: string;
  /** Runs in a session, which it may leave in any state. */
  readonly run: (context: CheckContext) => Promise<CheckOutcome>;
}

/** It holds; `note` may say by how much. */
export const passed = (note?: string): CheckOutcome =>
  note === undefined ? { kind: "passed" } : { kind: "passed", note };
/** It does not hold. */
export const failed = (note: string): CheckOutcome => ({ kind: "failed", note });
/** It could not be tried. */
export const skipped = (note: string): CheckOutcome => ({ kind: "skipped", note });

/** A PING and its answer; undefined where none comes. */
export async function ping(
  link: CheckLink,
  token: number,
  limitMs: number,
): Promise<{ readonly status: CardStatus; readonly roundTripMs: number } | undefined> {
  const leftMs = link.clock.nowMs();
  link.send({ kind: "ping", token });
  const found = await link.take(
    (packet) => packet.kind === "status" && packet.token === token,
    limitMs,
  );
  if (found?.packet.kind !== "status") return undefined;
  return { status: found.packet, roundTripMs: found.atMs - leftMs };
}

/** Whether a line has a capability. */
export function can({ info }: CheckContext, flag: number): boolean {
  return (info.flags & flag) !== 0;
}
