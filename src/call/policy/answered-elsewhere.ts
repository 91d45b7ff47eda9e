import { headerValues, type SipRequest } from "../../sip/index.ts";

/**
 * Whether the CANCEL of a call that rang here says that somebody else has answered it: then nobody
 * missed it. @see RFC 3326 §3.1
 */
export function isAnsweredElsewhere(cancel: SipRequest | undefined): boolean {
  if (cancel === undefined) return false;
  return headerValues(cancel, "reason").some((value) =>
    /^\s*SIP\s*;(?:.*;)?\s*cause\s*=\s*200\s*(?:$|[;,])/i.test(value),
  );
}
