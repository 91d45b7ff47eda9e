import type { SentRequest } from "../client-request.ts";
import { type Dialog, dialogFromResponse, sequenceOf } from "../dialog/dialog.ts";
import { type DialogIdentity, DialogUsage } from "../dialog/dialog-usage.ts";
import type { Stack } from "../stack.ts";
import type { SipResponse } from "../wire/message.ts";
import { sendUpdate, takesUpdate } from "./early-update.ts";
import type { Leg, SessionRequestCommand } from "./leg.ts";
import { rseqOf } from "./reliable.ts";

/** Dialogs that one INVITE may make by forking. */
export const FORKS_MAX = 16;

/**
 * PRACKs of one dialog that wait for their answers: who lets more wait is heard again when he says
 * the next one again, and does not take the room of all requests of ours.
 */
export const PRACKS_MAX = 8;

interface EarlyDialog {
  readonly usage: DialogUsage;
  /** Of the last reliable provisional response. */
  rseq: number | undefined;
  /** Whether its description is here for sure, and so a new one may be offered. */
  isAnswered: boolean;
  takesUpdate: boolean;
  /** PRACKs that have no answer yet. */
  pracks: number;
}

/** The dialogs that provisional answers to an INVITE of ours have made, one a tag. */
export class EarlyDialogs {
  readonly #stack: Stack;
  readonly #leg: Leg;
  readonly #byTag = new Map<string, EarlyDialog>();
  /** Highest CSeq number that a request in one of them had. */
  #sequence = 0;

  constructor(stack: Stack, leg: Leg) {
    this.#stack = stack;
    this.#leg = leg;
  }

  /** The highest CSeq number used. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The dialog, where there is exactly one. */
  get only(): Dialog | undefined {
    const [first, second] = this.#byTag.values();
    return second === undefined ? first?.usage.dialog : undefined;
  }

  /**
   * Takes a provisional response and acknowledges it where it wants to be. False where it is a
   * copy, or came before one that it follows: then it is not to be told. @see RFC 3262 §4
   */
  take(response: SipResponse, sent: SentRequest, identity: DialogIdentity, nowMs: number): boolean {
    const made = dialogFromResponse(sent.request, response, sent.to.transport);
    if (!made.ok) return true;
    const early = this.#of(made.value, identity);
    const rseq = rseqOf(response);
    if (early !== undefined && takesUpdate(response)) early.takesUpdate = true;
    if (early === undefined || rseq === undefined) return true;
    if (early.rseq !== undefined && rseq !== early.rseq + 1) return false;
    if (early.pracks >= PRACKS_MAX) return false;
    early.rseq = rseq;
    if (response.body !== "") early.isAnswered = true;
    this.#acknowledge(early, rseq, sequenceOf(sent.request), nowMs);
    return true;
  }

  #of(dialog: Dialog, identity: DialogIdentity): EarlyDialog | undefined {
    const known = this.#byTag.get(dialog.remoteTag);
    if (known !== undefined) return known;
    if (this.#byTag.size >= FORKS_MAX) return undefined;
    const early: EarlyDialog = {
      usage: new DialogUsage(this.#stack, dialog, identity),
      rseq: undefined,
      isAnswered: false,
      takesUpdate: false,
      pracks: 0,
    };
    this.#byTag.set(dialog.remoteTag, early);
    this.#stack.legs.bindDialog(early.usage.key, this.#leg);
    return early;
  }

  /** Sends a new offer where there is one dialog that takes it; false where there is none. */
  update(command: SessionRequestCommand, nowMs: number): boolean {
    const [early, second] = this.#byTag.values();
    if (early === undefined || second !== undefined) return false;
    if (!early.isAnswered || !early.takesUpdate) return false;
    const { usage } = early;
    const owner = { takeSequence: this.#counting(usage), onDone: () => {} };
    sendUpdate(this.#stack, usage, command, owner, nowMs);
    this.#sequence = Math.max(this.#sequence, usage.dialog.localSequence);
    return true;
  }

  #counting(usage: DialogUsage): () => number {
    return () => {
      const sequence = usage.takeSequence();
      this.#sequence = Math.max(this.#sequence, sequence);
      return sequence;
    };
  }

  #acknowledge(early: EarlyDialog, rseq: number, cseq: number, nowMs: number): void {
    const { usage } = early;
    const takeSequence = this.#counting(usage);
    early.pracks++;
    const owner = {
      takeSequence,
      // What the answer to a PRACK says changes nothing: the far end goes on or gives up.
      onResponse: ({ status }: SipResponse) => {
        if (status >= 200) early.pracks--;
      },
      onFailed: (status: number) => {
        early.pracks--;
        this.#stack.log("info", `a PRACK was not answered: ${status}`);
      },
    };
    const headers = [{ name: "rack", value: `${rseq} ${cseq} INVITE` }];
    const request = usage.request("PRACK", owner, headers);
    this.#sequence = Math.max(this.#sequence, usage.dialog.localSequence);
    request.start(nowMs);
  }

  /** Counts a request of theirs in the dialog of that tag. */
  drop(): void {
    for (const { usage } of this.#byTag.values()) {
      this.#stack.legs.unbindDialog(usage.key, this.#leg);
    }
    this.#byTag.clear();
  }
}
