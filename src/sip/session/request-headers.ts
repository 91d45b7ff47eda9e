import type { SipHeader } from "../wire/message.ts";

/** Header fields that tie a message together: no caller may set them. */
const TIED = new Set(["via", "from", "to", "call-id", "cseq", "content-length"]);

/**
 * The header fields of a request: what ties it, then the caller's own, then each default that the
 * caller did not replace. What the caller gives of the tied ones is left out.
 */
export function withDefaults(
  tied: readonly SipHeader[],
  defaults: readonly SipHeader[],
  own: readonly SipHeader[],
): readonly SipHeader[] {
  const kept = own.filter(({ name }) => !TIED.has(name));
  const named = new Set(kept.map(({ name }) => name));
  return [
    ...tied.filter(({ name }) => !named.has(name)),
    ...kept,
    ...defaults.filter(({ name }) => !named.has(name)),
  ];
}
