import { parseWavSound, wavHeader } from "../../src/base/wav.ts";
import { parseCardPacket } from "../../src/hal/drivers/serial-card/card-packets.ts";
import { FrameReader } from "../../src/hal/drivers/serial-card/frame-reader.ts";
import { ciphers } from "../../src/hal/node/index.ts";
import { parseV8Menu } from "../../src/media/dsp/v8-menu.ts";
import { parseComfortNoise } from "../../src/media/rtp/comfort-noise-payload.ts";
import { parseRtcp } from "../../src/media/rtp/parse-rtcp.ts";
import { parseRed } from "../../src/media/rtp/red.ts";
import { parseRtp } from "../../src/media/rtp/rtp-packet.ts";
import { SrtpSession } from "../../src/media/rtp/srtp/srtp-session.ts";
import { parseTelephoneEvent } from "../../src/media/rtp/telephone-event.ts";
import { parseLineWav, parseWav, printWav } from "../../test/hw-sim/audio/wav.ts";
import { type FuzzTarget, promise } from "./target.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);

/** Version 2, a CSRC, an extension, four bytes of payload, padding. */
const RTP = bytes(
  ...[0xb1, 0x80, 0x00, 0x01, 0x00, 0x00, 0x00, 0xa0, 0x12, 0x34, 0x56, 0x78],
  ...[0x00, 0x00, 0x00, 0x07, 0xbe, 0xde, 0x00, 0x01, 0x10, 0xaa, 0x00, 0x00],
  ...[0xff, 0xfe, 0xfd, 0xfc, 0x00, 0x02],
);

/** A sender report with one block, a description with a CNAME, a BYE with a reason. */
const RTCP = bytes(
  ...[0x81, 0xc8, 0x00, 0x0c, 0x12, 0x34, 0x56, 0x78, 0xe0, 0, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0xa0, 0, 0, 0, 1, 0, 0, 0, 0xa0, 0x87, 0x65, 0x43, 0x21],
  ...[0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0x81, 0xca, 0x00, 0x03, 0x12, 0x34, 0x56, 0x78, 0x01, 0x03, 0x61, 0x40, 0x62, 0, 0, 0],
  ...[0x81, 0xcb, 0x00, 0x02, 0x12, 0x34, 0x56, 0x78, 0x03, 0x62, 0x79, 0x65],
);

/** A WELCOME, a REPLY, EVENTS and a STATUS of a serial line card, as on the wire. */
const CARD = bytes(
  ...[0x02, 0x81, 0x0c, 0x1a, 0x2b, 0x3c, 0x4d, 0x01, 0x01, 0x07, 0x02, 0x02, 0x05, 0x78, 0x07],
  ...[0x57, 0x21, 0x14, 0x14, 0x19, 0x41, 0x08, 0x04, 0x64, 0x65, 0x6d, 0x6f, 0xb6, 0x63, 0x00],
  ...[0x03, 0x82, 0x2a, 0x03, 0x05, 0x03, 0x03, 0xa1, 0xc9, 0x00],
  ...[0x05, 0x83, 0x2d, 0x04, 0x02, 0x02, 0x01, 0x04, 0x0f, 0x42, 0x40, 0x02, 0x01, 0x02, 0x01],
  ...[0x04, 0x0f, 0x4d, 0xf8, 0x01, 0x03, 0xae, 0xf2, 0x00],
  ...[0x03, 0x84, 0x2e, 0x01, 0x02, 0x10, 0x01, 0x03, 0x0f, 0x50, 0x01, 0x06, 0x0f, 0x50, 0x32],
  ...[0x06, 0x02, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0x02, 0x03, 0x01, 0x03, 0x53, 0x3b, 0x00],
);

/** An extended report: runs of losses, an unknown block, the metrics of a call. */
const XR = bytes(
  ...[0x80, 0xcf, 0x00, 0x10, 0x12, 0x34, 0x56, 0x78],
  ...[0x01, 0x00, 0x00, 0x03, 0, 0, 0, 7, 0x00, 0x05, 0x00, 0x40, 0x40, 0x20, 0xff, 0xfe],
  ...[0x04, 0x00, 0x00, 0x02, 0xe0, 0, 0, 0, 0, 0, 0, 0],
  ...[0x07, 0x00, 0x00, 0x08, 0, 0, 0, 7, 3, 1, 9, 0, 0, 90, 1, 0, 0, 40, 0, 60],
  ...[127, 127, 127, 16, 93, 127, 44, 43, 0xb0, 0, 0, 20, 0, 60, 0, 200],
);

const TONE = Int16Array.from({ length: 40 }, (_, at) => at * 500);

/** A stranger's datagrams into an encrypted session: none is genuine, and none may be taken. */
function srtpTarget(): FuzzTarget {
  const key = new Uint8Array(30).fill(7);
  const keys = { suite: "AES_CM_128_HMAC_SHA1_80", send: key, receive: key } as const;
  const gcm = new Uint8Array(28).fill(7);
  const sessions = [
    new SrtpSession(keys, ciphers),
    new SrtpSession({ suite: "AEAD_AES_128_GCM", send: gcm, receive: gcm }, ciphers),
  ];
  return {
    name: "srtp",
    seeds: [RTP, RTCP],
    vectors: ["rtp", "srtp"],
    run: (input) => {
      for (const session of sessions) {
        promise(session.openRtp(input) === undefined, "an RTP packet without a tag is refused");
        promise(session.openRtcp(input) === undefined, "an RTCP packet without a tag is refused");
      }
    },
  };
}

/** What a serial line card, or noise on its cable, may send. */
function cardTarget(): FuzzTarget {
  return {
    name: "serial-card",
    seeds: [CARD, CARD.subarray(30)],
    vectors: [],
    run: (input) => {
      // Whole frames, and the packets that they would be had their CRC been right.
      const reader = new FrameReader((packet) => void parseCardPacket(packet));
      reader.push(input);
      const packet = parseCardPacket(input);
      if (packet?.kind !== "welcome") return;
      promise(packet.lines.length >= 1 && packet.lines.length <= 8, "a card has 1 to 8 lines");
    },
  };
}

/** A sound that is played to a far end. */
function soundTarget(): FuzzTarget {
  return {
    name: "sound",
    seeds: [Uint8Array.from([...wavHeader(8000, 1, 8), 1, 0, 2, 0, 3, 0, 4, 0])],
    vectors: [],
    run: (input) => {
      const sound = parseWavSound(input);
      promise(!sound.ok || 2 * sound.value.samples.length <= input.length, "samples lie inside");
    },
  };
}

/** What a far end tells of its noise, and its modem of itself. */
function soundDescriptionTargets(): readonly FuzzTarget[] {
  return [
    {
      name: "comfort-noise",
      seeds: [bytes(60, 127, 130, 120, 127)],
      vectors: [],
      run: (input) => {
        const noise = parseComfortNoise(input);
        promise(noise.ok || input.length === 0, "any payload but an empty one is a noise");
      },
    },
    {
      name: "v8-menu",
      seeds: [bytes(0xc1, 0x05, 0x17, 0x10, 0xaa, 0x0d)],
      vectors: [],
      run: (input) => {
        const menu = parseV8Menu([...input]);
        promise(
          menu === undefined || menu.modulations.length <= 16 * input.length,
          "bits are bits",
        );
      },
    },
  ];
}

/** Everything that reads bytes. */
export function byteTargets(): readonly FuzzTarget[] {
  return [
    {
      name: "rtp",
      seeds: [RTP],
      vectors: ["rtp", "srtp"],
      run: (input) => {
        const packet = parseRtp(input);
        if (!packet.ok) return;
        promise(packet.value.payload.length <= input.length, "a payload lies in its packet");
      },
    },
    srtpTarget(),
    {
      name: "rtcp",
      seeds: [RTCP, XR],
      vectors: ["rtcp", "srtp"],
      run: (input) => {
        parseRtcp(input);
      },
    },
    {
      name: "red",
      seeds: [bytes(0x85, 0x02, 0x80, 0x02, 0x00, 1, 2, 3)],
      vectors: [],
      run: (input) => {
        const blocks = parseRed(input);
        if (!blocks.ok) return;
        const total = blocks.value.reduce((sum, { payload }) => sum + payload.length, 0);
        promise(total < input.length, "blocks lie in their payload");
      },
    },
    {
      name: "telephone-event",
      seeds: [bytes(5, 0x8a, 0x03, 0x20)],
      vectors: [],
      run: (input) => {
        const event = parseTelephoneEvent(input);
        promise(!event.ok || event.value.duration <= 0xffff, "a duration has 16 bits");
      },
    },
    ...soundDescriptionTargets(),
    cardTarget(),
    soundTarget(),
    {
      name: "wav",
      seeds: [
        printWav({ sampleRateHz: 8000, channels: [TONE] }),
        printWav({ sampleRateHz: 44_100, channels: [TONE, TONE] }),
      ],
      vectors: [],
      run: (input) => {
        parseWav(input);
        parseLineWav(input, "x.wav");
      },
    },
  ];
}
