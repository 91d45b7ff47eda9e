import { reasonPhrase } from "./reason-phrases.ts";
import type { SipHeader, SipRequest, SipResponse } from "./wire/message.ts";
import { tagOf, withTag } from "./wire/name-addr.ts";
import { WireHeader } from "./wire/wire-header.ts";

/** What an answer has beside its status. */
export interface ResponseParts {
  readonly reason?: string | undefined;
  /** The To tag where the request has none; left out for 100. */
  readonly toTag?: string | undefined;
  readonly headers?: readonly SipHeader[] | undefined;
  readonly body?: string | undefined;
  /** `application/sdp` where absent and there is a body. */
  readonly contentType?: string | undefined;
}

/** Header fields that tie a response to its request and that nobody may replace. */
const TIED = new Set(["via", "from", "to", "call-id", "cseq", "content-length"]);

/** Methods whose answer tells the way that the dialog goes. @see RFC 3261 §12.1.1, 6665 §4.4.1 */
const DIALOG_MAKERS = new Set(["INVITE", "SUBSCRIBE", "NOTIFY", "REFER"]);

/**
 * The response to a request: what ties them is copied. `toTag` is that of `parts` where it is left
 * out. @see RFC 3261 §8.2.6
 */
export function createResponse(
  request: Pick<SipRequest, "method" | "headers">,
  status: number,
  parts: ResponseParts = {},
  toTag = parts.toTag,
): SipResponse {
  const headers: SipHeader[] = [];
  const makesDialog = DIALOG_MAKERS.has(request.method) && status > 100 && status < 300;
  for (const header of request.headers) {
    const { name } = header;
    if (name === "to" && status > 100 && toTag !== undefined) {
      headers.push(taggedTo(header, toTag));
    } else if (TIED.has(name)) {
      if (name !== "content-length") headers.push(header);
    } else if (
      (name === "record-route" && makesDialog) ||
      (name === "timestamp" && status === 100)
    ) {
      headers.push(header);
    }
  }
  const body = parts.body ?? "";
  const extra = parts.headers ?? [];
  for (const header of extra) if (!TIED.has(header.name)) headers.push(header);
  if (body !== "" && !extra.some((header) => header.name === "content-type")) {
    headers.push({ name: "content-type", value: parts.contentType ?? "application/sdp" });
  }
  return {
    kind: "response",
    status,
    reason: parts.reason ?? reasonPhrase(status),
    headers,
    body,
  };
}

/** The To field, with a tag of ours where it has none. */
function taggedTo(header: SipHeader, toTag: string): SipHeader {
  const { name, value } = header;
  const address = header instanceof WireHeader ? header.address() : undefined;
  if (address?.ok === true) {
    const { params } = address.value;
    if (!params.has("tag")) return { name, value: `${value};tag=${toTag}` };
    if (params.get("tag") !== undefined) return header;
  }
  return tagOf(value) === undefined ? { name, value: withTag(value, toTag) } : header;
}
