/** What other floors may use of SIP. */
export type { DigestAlgorithm, DigestHash, DigestQop } from "./auth/digest.ts";
export * from "./auth/digest-client.ts";
export * from "./auth/digest-server.ts";
export * from "./auth/nonce.ts";
export { answeredDialog } from "./dialog/answered-dialog.ts";
export { parseSessionId, printSessionId, type SessionId } from "./dialog/session-id.ts";
export * from "./events/advice-of-charge.ts";
export * from "./events/dialog-filter.ts";
export * from "./events/dialog-info.ts";
export * from "./events/message-summary.ts";
export * from "./events/quality-report.ts";
export * from "./events/reg-info.ts";
export { sameDocument } from "./events/watch-document.ts";
export { eventOf } from "./events/watch-request.ts";
export type {
  EventPackage,
  WatchCommand,
  WatchDocument,
  WatchEvent,
} from "./events/watch-types.ts";
export { escapeXml, parseXml } from "./events/xml.ts";
export { WAYS_MAX } from "./registration/account-group.ts";
export { answerInPlaces, idleAnswer, offerInPlaces } from "./sdp/idle-answer.ts";
export * from "./sdp/offer-answer.ts";
export { holdsOther } from "./sdp/on-hold.ts";
export { answeredStream, placeStream } from "./sdp/stream-places.ts";
export {
  acceptFaxAnswer,
  answerFaxOffer,
  asksForFax,
  createFaxOffer,
  type FaxOffer,
  type T38Ability,
} from "./sdp/t38.ts";
export type { GuardCounts, GuardLimits, RateLimit } from "./security/source-guard.ts";
export { TellLimit } from "./security/tell-limit.ts";
export * from "./session/refer.ts";
export type { SessionTimerConfig } from "./session/session-timer.ts";
export { wantsReferNews } from "./session/target-dialog.ts";
export {
  type CertificatePolicy,
  CLOCK_SET_FROM_MS,
  judgeCertificate,
  STRICT_CERTIFICATES,
} from "./transport/certificate.ts";
export {
  Connections,
  type ConnectionsInput,
  type ConnectionsOutput,
} from "./transport/connections.ts";
export { UserAgent, type UserAgentLoad } from "./user-agent.ts";
export * from "./user-agent-types.ts";
export * from "./wire/auth-params.ts";
export * from "./wire/body-part.ts";
export * from "./wire/cseq.ts";
export * from "./wire/headers.ts";
export { ipFamily } from "./wire/host.ts";
export * from "./wire/limits.ts";
export * from "./wire/message.ts";
export * from "./wire/name-addr.ts";
export type { SipParams } from "./wire/params.ts";
export * from "./wire/parse-message.ts";
export * from "./wire/party.ts";
export * from "./wire/print-message.ts";
export * from "./wire/same-uri.ts";
export { secondsOf } from "./wire/seconds.ts";
export * from "./wire/uri.ts";
export * from "./wire/via.ts";
