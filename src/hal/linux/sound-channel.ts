import type { CardChannels } from "./sound-card.ts";

/** Which part of a card a line has: all of it, or one of its two channels. */
export type ChannelSide = "whole" | "left" | "right";

/** A board file's channel name taken apart. */
export interface SoundChannel {
  /** The device as ALSA knows it: `plughw:CARD=Device,DEV=0`, `default`. */
  readonly card: string;
  readonly side: ChannelSide;
}

/** `NAME` is a whole device; `NAME#left` and `NAME#right` are two lines on a stereo one. */
export function parseSoundChannel(name: string): SoundChannel {
  const match = /^(.*)#(left|right)$/s.exec(name);
  if (match === null) return { card: name, side: "whole" };
  return { card: match[1] ?? "", side: match[2] === "left" ? "left" : "right" };
}

/** How many channels a card must have for such a line, the wanted count first. */
export function channelsFor(side: ChannelSide): readonly CardChannels[] {
  return side === "whole" ? [1, 2] : [2];
}
