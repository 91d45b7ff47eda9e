import { type HeaderRole, ROLE } from "./header-names.ts";
import type { WireHeader } from "./wire-header.ts";

/** The header fields that every message has, or that decide how it is read. */
export class Essentials {
  vias = 0;
  to: WireHeader | undefined = undefined;
  from: WireHeader | undefined = undefined;
  callId: WireHeader | undefined = undefined;
  cseq: WireHeader | undefined = undefined;
  maxForwards: WireHeader | undefined = undefined;
  contentLength: WireHeader | undefined = undefined;

  /** Takes a header field; false where it may come once only and is there already. */
  take(role: HeaderRole, header: WireHeader): boolean {
    let before: WireHeader | undefined;
    switch (role) {
      case ROLE.via:
        this.vias++;
        break;
      case ROLE.to:
        before = this.to;
        this.to = header;
        break;
      case ROLE.from:
        before = this.from;
        this.from = header;
        break;
      case ROLE.callId:
        before = this.callId;
        this.callId = header;
        break;
      case ROLE.cseq:
        before = this.cseq;
        this.cseq = header;
        break;
      case ROLE.maxForwards:
        before = this.maxForwards;
        this.maxForwards = header;
        break;
      case ROLE.contentLength:
        before = this.contentLength;
        this.contentLength = header;
        break;
      default:
    }
    return before === undefined;
  }
}
