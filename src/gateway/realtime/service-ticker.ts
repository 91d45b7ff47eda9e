import type { PcmStream } from "../../hal/ports/pcm-stream.ts";
import {
  AudioBridge,
  EchoBridge,
  type MediaOutput,
  type MediaSession,
  SourceEndpoint,
} from "../../media/index.ts";
import type { FrameBeats } from "./frame-beat.ts";
import { createTickerStream } from "./ticker-stream.ts";

/** Clocks a session that talks to a service in place of a line; `carry` is told what it causes. */
export function createServiceTicker(
  beats: FrameBeats,
  session: MediaSession,
  service: "echo" | "milliwatt",
  frameSamples: number,
  carry: (output: MediaOutput) => void,
): PcmStream {
  const bridge =
    service === "echo"
      ? new EchoBridge<MediaOutput>(session, frameSamples)
      : new AudioBridge<MediaOutput>(session, new SourceEndpoint(), frameSamples);
  return createTickerStream(beats, frameSamples, (_, __, ___, nowMs) => {
    for (const output of bridge.process(nowMs)) carry(output);
  });
}
