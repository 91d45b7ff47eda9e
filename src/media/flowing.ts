import type { MediaFlow } from "../base/media-messages.ts";
import type { CodecSpec } from "./codec/codec.ts";
import type { FlowKeys } from "./packet-keys.ts";
import type { IceLite } from "./rtp/ice-lite.ts";
import type { RtcpPath } from "./rtp/rtcp-path.ts";
import type { RtpReceiver } from "./rtp/rtp-receiver.ts";
import type { RtpSender } from "./rtp/rtp-sender.ts";
import type { SourceLatch } from "./rtp/source-latch.ts";

/** All that a session has while something flows; first what each packet and frame needs. */
export interface Flowing extends FlowKeys {
  readonly receiver: RtpReceiver;
  readonly sender: RtpSender;
  readonly rtpLatch: SourceLatch;
  /** Whether anything is taken from the far end, and sent there. */
  readonly receives: boolean;
  readonly sends: boolean;
  readonly flow: MediaFlow;
  readonly spec: CodecSpec;
  readonly rtcpPath: RtcpPath;
  /** Answers the far end's checks; undefined where it makes none. */
  readonly ice: IceLite | undefined;
}
