/** The least time between reports. @see RFC 3550 §6.2 */
const RTCP_MIN_INTERVAL_MS = 5000;

/** Timer reconsideration makes intervals too short; this takes it back. @see RFC 3550 §6.3.1 */
const COMPENSATION = Math.E - 1.5;

/** What the interval depends on. */
export interface RtcpIntervalInput {
  /** No report has been sent yet: the least time is halved. */
  readonly initial: boolean;
  readonly members: number;
  readonly senders: number;
  readonly weSend: boolean;
  /** What all RTCP of the session may take: 5 % of the session's bandwidth. */
  readonly rtcpBytesPerSecond: number;
  /** Mean size of a compound with UDP and IP headers. */
  readonly averageBytes: number;
  /** In [0, 1). */
  readonly random: number;
}

/** How long until the next report, ms. @see RFC 3550 §6.3.1, App. A.7 */
export function rtcpIntervalMs(input: RtcpIntervalInput): number {
  let members = input.members;
  let bytesPerSecond = input.rtcpBytesPerSecond;
  // A quarter of the bandwidth is kept for senders where they are few.
  if (input.senders <= members * 0.25) {
    bytesPerSecond *= input.weSend ? 0.25 : 0.75;
    members = input.weSend ? input.senders : members - input.senders;
  }
  const leastMs = input.initial ? RTCP_MIN_INTERVAL_MS / 2 : RTCP_MIN_INTERVAL_MS;
  const shareMs = (1000 * members * input.averageBytes) / bytesPerSecond;
  return (Math.max(leastMs, shareMs) * (input.random + 0.5)) / COMPENSATION;
}
