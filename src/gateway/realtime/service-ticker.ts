import { SAMPLES_PER_MS } from "../../base/audio.ts";
import {
  AudioBridge,
  EchoBridge,
  type MediaOutput,
  type MediaSession,
  SourceEndpoint,
} from "../../media/index.ts";
import type { FrameBeats } from "./frame-beat.ts";
import { FrameTicker } from "./frame-ticker.ts";

/** Clocks a session that talks to a service in place of a line; `carry` is told what it causes. */
export function createServiceTicker(
  beats: FrameBeats,
  session: MediaSession,
  service: "echo" | "milliwatt",
  frameSamples: number,
  carry: (output: MediaOutput) => void,
): FrameTicker {
  const bridge =
    service === "echo"
      ? new EchoBridge<MediaOutput>(session, frameSamples)
      : new AudioBridge<MediaOutput>(session, new SourceEndpoint(), frameSamples);
  return new FrameTicker(beats, frameSamples / SAMPLES_PER_MS, bridge, carry);
}
