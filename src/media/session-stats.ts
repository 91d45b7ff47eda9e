import type { MediaStats } from "../base/media-messages.ts";
import type { RtpReceiver } from "./rtp/rtp-receiver.ts";
import type { RtpSender } from "./rtp/rtp-sender.ts";

interface Counted {
  readonly sender: RtpSender;
  readonly receiver: RtpReceiver;
}

/** Before anything flows. */
export const ZERO_STATS: MediaStats = {
  packetsSent: 0,
  packetsReceived: 0,
  packetsLost: 0,
  packetsLate: 0,
  framesConcealed: 0,
  jitterMs: 0,
};

/** What a sender and a receiver have counted. */
export function statsOf({ sender, receiver }: Counted): MediaStats {
  return {
    packetsSent: sender.counts.packets,
    packetsReceived: receiver.packets,
    packetsLost: receiver.lost,
    packetsLate: receiver.late,
    framesConcealed: receiver.framesConcealed,
    jitterMs: receiver.jitterMs,
    ssrc: sender.ssrc,
    ...(receiver.ssrc === undefined ? {} : { remoteSsrc: receiver.ssrc }),
  };
}

/** What was received in all; what was sent, and who sent it, is that of now. */
export function sumOf(earlier: MediaStats, now: MediaStats): MediaStats {
  return {
    ...now,
    packetsReceived: earlier.packetsReceived + now.packetsReceived,
    packetsLost: earlier.packetsLost + now.packetsLost,
    packetsLate: earlier.packetsLate + now.packetsLate,
    framesConcealed: earlier.framesConcealed + now.framesConcealed,
  };
}
