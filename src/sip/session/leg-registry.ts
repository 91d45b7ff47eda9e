import { DeadlineQueue } from "../deadline-queue.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { DialogLeg, Leg } from "./leg.ts";

/** Sessions that may live at one time, those on their way out included. */
const SESSIONS_MAX = 1000;

/** What stands for every tag of the far end. No tag has a space. */
const ANY_REMOTE = "  *";

/** The key of a dialog whose far end has not said its tag yet. @see RFC 6665 §4.4.1 */
export function anyRemoteKey(callId: string, localTag: string): string {
  return `${callId} ${localTag}${ANY_REMOTE}`;
}

/** The Call-ID in the key of a dialog. */
function callIdOf(key: string): string {
  return key.slice(0, key.indexOf(" "));
}

/** Who answers for a session id, a dialog, an INVITE to us; and who waits until when. */
export class LegRegistry {
  readonly #bySession = new Map<string, Leg>();
  readonly #byDialog = new Map<string, DialogLeg>();
  readonly #byInvite = new Map<ServerTransactionId, Leg>();
  readonly deadlines = new DeadlineQueue<Leg>();
  readonly #onDialog: (callId: string) => void;
  #lastId = 0;

  /** `onDialog` hears of the Call-ID of each new dialog. */
  constructor(onDialog: (callId: string) => void = () => {}) {
    this.#onDialog = onDialog;
  }

  /** An id for a session that the far end starts. No id of a caller's making looks like it. */
  nextIncomingId(): string {
    return `incoming ${++this.#lastId}`;
  }

  /** How many dialogs there are, early ones and those on their way out included. */
  get dialogs(): number {
    return this.#byDialog.size;
  }

  /** How many sessions commands can reach. */
  get sessions(): number {
    return this.#bySession.size;
  }

  /** How many INVITEs to us wait for their last answer. */
  get invites(): number {
    return this.#byInvite.size;
  }

  /** Whether there is room for one more. */
  get hasRoom(): boolean {
    return Math.max(this.#bySession.size, this.#byDialog.size) < SESSIONS_MAX;
  }

  session(id: string): Leg | undefined {
    return this.#bySession.get(id);
  }

  bindSession(id: string, leg: Leg): void {
    this.#bySession.set(id, leg);
  }

  unbindSession(id: string, leg: Leg): void {
    if (this.#bySession.get(id) === leg) this.#bySession.delete(id);
  }

  /** Who answers in a dialog; where nobody has exactly it, who takes any far end's tag. */
  dialog(key: string): DialogLeg | undefined {
    const space = key.lastIndexOf(" ");
    return this.#byDialog.get(key) ?? this.#byDialog.get(`${key.slice(0, space)}${ANY_REMOTE}`);
  }

  bindDialog(key: string, leg: DialogLeg): void {
    this.#byDialog.set(key, leg);
    this.#onDialog(callIdOf(key));
  }

  /** The Call-IDs of all dialogs. */
  *callIds(): Iterable<string> {
    for (const key of this.#byDialog.keys()) yield callIdOf(key);
  }

  unbindDialog(key: string, leg: DialogLeg): void {
    if (this.#byDialog.get(key) === leg) this.#byDialog.delete(key);
  }

  invite(transaction: ServerTransactionId): Leg | undefined {
    return this.#byInvite.get(transaction);
  }

  bindInvite(transaction: ServerTransactionId, leg: Leg): void {
    this.#byInvite.set(transaction, leg);
  }

  unbindInvite(transaction: ServerTransactionId): void {
    this.#byInvite.delete(transaction);
  }
}
