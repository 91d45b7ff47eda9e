import type { LineCommand } from "../../base/line-messages.ts";

/** What is known of a telephone's waiting messages. */
export type LampCommand = Extract<LineCommand, { kind: "message-waiting" }>;

/** What is to be read on its display. */
export type DisplayCommand = Extract<LineCommand, { kind: "display" }>;

/** From the end of whatever went on at the line to the lamp's message, ms: sets take a moment. */
const LAMP_QUIET_MS = 1500;

/**
 * The lamp or display of a telephone that is told by a message: as soon as the line is quiet, and
 * anew where the message was cut short.
 *
 *     told ── tell ──► due ── quiet for LAMP_QUIET_MS ──► sending ── sent ──► told
 *                       ▲                                   │ cut
 *                       └───────────────────────────────────┘
 */
export class Lamp<Command = LampCommand> {
  #command: Command | undefined;
  #state: { readonly kind: "told" | "sending" } | { readonly kind: "due"; readonly atMs: number } =
    { kind: "told" };

  /** Takes what is to be told; `byMessage` where the scheme has a message for it. */
  tell(command: Command, byMessage: boolean, nowMs: number): void {
    this.#command = command;
    if (byMessage) this.#state = { kind: "due", atMs: nowMs };
  }

  /** When the message may go out; `undefined` where none is due. */
  deadlineMs(): number | undefined {
    return this.#state.kind === "due" ? this.#state.atMs : undefined;
  }

  /** Something goes on at the line, or has just ended: the message waits. */
  busy(nowMs: number): void {
    if (this.#state.kind === "told") return;
    this.#state = { kind: "due", atMs: nowMs + LAMP_QUIET_MS };
  }

  /** The message that is due, which goes out now. */
  take(nowMs: number): Command | undefined {
    if (this.#state.kind !== "due" || nowMs < this.#state.atMs) return undefined;
    this.#state = { kind: "sending" };
    return this.#command;
  }

  /** The message has gone out whole. */
  sent(): void {
    if (this.#state.kind === "sending") this.#state = { kind: "told" };
  }
}
