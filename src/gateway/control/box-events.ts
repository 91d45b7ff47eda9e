import type { LineCommand, LineEvent, LineId, SoundLevel } from "../../base/line-messages.ts";
import type { CallRecord, Choices, Diversions } from "../../call/index.ts";
import type { UserAgentLoad } from "../../sip/index.ts";

/** What the box tells whoever watches it: the prompt, the log, later the API. Plain values. */
export type BoxEvent =
  | { readonly kind: "line-ready"; readonly line: LineId }
  | { readonly kind: "line-failed"; readonly line: LineId; readonly reason: string }
  /** Something happened on a line. */
  | { readonly kind: "line"; readonly line: LineId; readonly event: LineEvent }
  /** The box does something to a line. */
  | { readonly kind: "line-command"; readonly line: LineId; readonly command: LineCommand }
  | {
      readonly kind: "registered";
      readonly line: LineId;
      readonly user: string;
      readonly server: string;
    }
  | {
      readonly kind: "registration-failed";
      readonly line: LineId;
      readonly user: string;
      readonly server: string;
      readonly reason: string;
      readonly retryMs?: number;
    }
  | { readonly kind: "unregistered"; readonly line: LineId; readonly user: string }
  | { readonly kind: "record"; readonly record: CallRecord }
  /** A text came for a line's user. */
  | {
      readonly kind: "message";
      readonly line: LineId;
      readonly from: string;
      readonly text: string;
    }
  /** A line's user has said what is done with who calls. */
  | { readonly kind: "diversions"; readonly line: LineId; readonly diversions: Diversions }
  /** A line's user has chosen something by keys. */
  | { readonly kind: "choices"; readonly line: LineId; readonly choices: Choices }
  /** The line's server wants the configuration fetched anew. */
  | { readonly kind: "check-sync"; readonly line: LineId }
  /** What the server told of a line's mailbox. */
  | {
      readonly kind: "mailbox";
      readonly line: LineId;
      readonly waiting: boolean;
      readonly newVoice?: number;
    }
  | { readonly kind: "board"; readonly message: unknown }
  /** A bug ended the real-time plane; lines are safe. The process must exit. */
  | { readonly kind: "fatal"; readonly reason: string };

/** How much a box keeps at the moment, in counts. */
export interface BoxLoad {
  readonly lines: UserAgentLoad;
  readonly exchange?: UserAgentLoad & { readonly calls: number };
  /** Sessions and requests of the lines' whose end is still to be told. */
  readonly sessions: number;
  readonly requests: number;
  /** Media sessions that are open, or were asked for. */
  readonly media: number;
}

/** Where one line stands. */
export interface LineStatus {
  readonly line: LineId;
  readonly user: string;
  readonly hardware: "opening" | "ready" | "failed";
  readonly hook: "on-hook" | "off-hook";
  readonly registration: "not-registered" | "registered" | "failed";
  readonly server: string;
  /** The state of its call control, in plain words. */
  readonly call: string;
  /** What is done with who calls; absent where the bell rings. */
  readonly diversions?: Diversions;
  /** What its user has chosen by keys, or the configuration; absent where that is nothing. */
  readonly choices?: Choices;
  /** How loud its call was in the last two seconds; absent where it is in none. */
  readonly levels?: { readonly said: SoundLevel; readonly heard: SoundLevel };
  /** How its far end was heard in the last five seconds or so, as a mean opinion from 1 to 4.5. */
  readonly mos?: number;
  /**
   * How often its sound device ran over or dry since the box started, and how much of what the
   * telephone said was lost, ms; absent where it never did.
   */
  readonly xruns?: { readonly count: number; readonly lostMs: number };
}
