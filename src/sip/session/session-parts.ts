import type { Dialog } from "../dialog/dialog.ts";
import type { DialogIdentity } from "../dialog/dialog-usage.ts";

/** What a session is made of. */
export interface SessionParts {
  readonly id: string;
  readonly dialog: Dialog;
  readonly identity: DialogIdentity;
  /** Whether the first INVITE was ours: the owner of the Call-ID waits longer after a glare. */
  readonly isCaller: boolean;
  /** The last description that we sent; empty where there is none. */
  readonly localBody: string;
}
