import type { Credentials } from "../auth/credentials.ts";
import { ClientRequest, type RequestOwner } from "../client-request.ts";
import { hopOfUri } from "../locator.ts";
import type { Stack } from "../stack.ts";
import type { SipAddress, SipHop } from "../user-agent-types.ts";
import { prependHeader } from "../wire/headers.ts";
import type { SipHeader, SipMessage, SipRequest } from "../wire/message.ts";
import { messageBytes } from "../wire/message-bytes.ts";
import {
  type Dialog,
  dialogKey,
  dialogRequest,
  isSecure,
  refreshTarget,
  sequenceOf,
  takeRemoteSequence,
} from "./dialog.ts";

/** Who we are inside a dialog, beside the dialog itself. */
export interface DialogIdentity {
  /** User part of our Contact, unescaped. */
  readonly contactUser: string;
  readonly credentials: Credentials | undefined;
  /** Where the far end was heard: where requests go when its Contact leads nowhere. */
  readonly peer: SipAddress;
}

/** An ACK as it was sent. */
export interface SentAck {
  readonly bytes: Uint8Array;
  readonly to: SipAddress;
}

/** An ACK that is kept to answer copies of its 2xx. */
interface Ack {
  readonly sequence: number;
  /** Once it is known where it goes. */
  sent?: SentAck;
}

/** A live dialog: it sends requests, keeps both CSeq counts and acknowledges. */
export class DialogUsage {
  readonly #stack: Stack;
  readonly #identity: DialogIdentity;
  #dialog: Dialog;
  #ack: Ack | undefined;

  constructor(stack: Stack, dialog: Dialog, identity: DialogIdentity) {
    this.#stack = stack;
    this.#dialog = dialog;
    this.#identity = identity;
  }

  /** The dialog as it stands. */
  get dialog(): Dialog {
    return this.#dialog;
  }

  /** The ACK that was sent for the INVITE of that number, where that was the last. */
  ackOf(sequence: number): SentAck | undefined {
    return this.#ack?.sequence === sequence ? this.#ack.sent : undefined;
  }

  get key(): string {
    const { callId, localTag, remoteTag } = this.#dialog;
    return dialogKey(callId, localTag, remoteTag);
  }

  /** The CSeq number for a new request. */
  takeSequence(): number {
    const localSequence = this.#dialog.localSequence + 1;
    this.#dialog = { ...this.#dialog, localSequence };
    return localSequence;
  }

  /** Counts a request of theirs; false where it is older than one before. */
  takeRemoteSequence(request: SipRequest): boolean {
    const taken = takeRemoteSequence(this.#dialog, request);
    if (taken.ok) this.#dialog = taken.value;
    return taken.ok;
  }

  /** Follows the Contact of a re-INVITE or of its 2xx. */
  refreshTarget(message: SipMessage): void {
    this.#dialog = refreshTarget(this.#dialog, message);
  }

  /** Our Contact for answers inside the dialog. */
  contactHeaders(): readonly SipHeader[] {
    const { peer, contactUser } = this.#identity;
    return this.#stack.contactHeaders(peer, contactUser, isSecure(this.#dialog));
  }

  /** Makes a request; `start` it. */
  request(
    method: string,
    owner: RequestOwner,
    extra: readonly SipHeader[] = [],
    body = "",
  ): ClientRequest {
    const headers = [...extra, this.#stack.userAgentHeader()];
    const sequence = this.takeSequence();
    const { request, hopUri } = dialogRequest(this.#dialog, method, sequence, headers, body);
    const { credentials, peer } = this.#identity;
    const spec = { request, hop: this.#hopOf(hopUri), credentials, fallback: peer };
    return new ClientRequest(this.#stack, spec, owner);
  }

  /**
   * Sends the ACK of a 2xx to an INVITE of ours; for a copy of the 2xx the same ACK once more.
   * `body` is our answer where the 2xx held the offer.
   * @see RFC 3261 §13.2.2.4
   */
  acknowledge(invite: SipRequest, nowMs: number, body = ""): void {
    const sequence = sequenceOf(invite);
    if (this.#ack?.sequence === sequence) {
      const { sent } = this.#ack;
      if (sent !== undefined) this.#stack.send(sent.bytes, sent.to);
      return;
    }
    const signed = invite.headers.filter(
      ({ name }) => name === "authorization" || name === "proxy-authorization",
    );
    const type = body === "" ? [] : [{ name: "content-type", value: "application/sdp" }];
    const extra = [...signed, ...type];
    const { request, hopUri } = dialogRequest(this.#dialog, "ACK", sequence, extra, body);
    const ack: Ack = { sequence };
    this.#ack = ack;
    const hop = this.#hopOf(hopUri) ?? this.#identity.peer;
    this.#stack.locator.locate(hop, nowMs, (addresses) => {
      const [found] = addresses;
      const isReachable = found !== undefined && this.#stack.localOf(found) !== undefined;
      const to = isReachable ? found : this.#identity.peer;
      const via = this.#stack.newVia(to);
      if (via === undefined) return;
      const bytes = messageBytes(prependHeader(request, "via", via));
      ack.sent = { bytes, to };
      this.#stack.send(bytes, to);
    });
  }

  /**
   * The next hop of a request. Without a proxy between, the far end is reached where it was heard:
   * on its connection while that is open, and (where we stand in for a proxy) past a translator
   * that its Contact knows nothing of.
   */
  #hopOf(hopUri: string): SipHop | undefined {
    const { peer } = this.#identity;
    if (this.#dialog.routeSet.length > 0) return hopOfUri(hopUri, this.#dialog.transport);
    if (this.#stack.config.answersWhereHeard === true) return peer;
    const hop = hopOfUri(hopUri, this.#dialog.transport);
    const isThere = hop !== undefined && hop.transport === peer.transport;
    return isThere && peer.flow !== undefined ? { ...hop, flow: peer.flow } : hop;
  }
}
