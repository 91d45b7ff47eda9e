import type { LineCommand, LineEvent, LineId } from "../../base/line-messages.ts";
import type { LogEvent } from "../../base/log-event.ts";
import type { MediaCommand, MediaEvent } from "../../base/media-messages.ts";
import type { PortFault } from "../../base/port-fault.ts";

/** What crosses from the control plane down to the real-time plane. Plain serialisable values. */
export type RealtimeCommand =
  | { readonly kind: "line"; readonly line: LineId; readonly command: LineCommand }
  | { readonly kind: "media"; readonly command: MediaCommand }
  /** Something for the board itself; see `Board.receive`. */
  | { readonly kind: "board"; readonly message: unknown }
  /** Every line into its safe state, now; nothing else is done afterwards. */
  | { readonly kind: "safe" };

/** What crosses from the real-time plane up to the control plane. */
export type RealtimeEvent =
  /** The line's hardware is open; or, with a reason, could not be opened. */
  | { readonly kind: "line-ready"; readonly line: LineId }
  | {
      readonly kind: "line-failed";
      readonly line: LineId;
      readonly reason: string;
      readonly fault: PortFault;
    }
  | { readonly kind: "line"; readonly line: LineId; readonly event: LineEvent }
  | { readonly kind: "media"; readonly event: MediaEvent }
  | { readonly kind: "board"; readonly message: unknown }
  | { readonly kind: "log"; readonly event: LogEvent }
  /** The plane died of a bug; its lines are safe. The process must exit. */
  | { readonly kind: "fatal"; readonly reason: string };
