import { ciphers } from "../../src/hal/node/index.ts";
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
    share: 60,
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

/** Everything that reads bytes. */
export function byteTargets(): readonly FuzzTarget[] {
  return [
    {
      name: "rtp",
      share: 90,
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
      share: 90,
      seeds: [RTCP],
      vectors: ["rtcp", "srtp"],
      run: (input) => {
        parseRtcp(input);
      },
    },
    {
      name: "red",
      share: 40,
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
      share: 40,
      seeds: [bytes(5, 0x8a, 0x03, 0x20)],
      vectors: [],
      run: (input) => {
        const event = parseTelephoneEvent(input);
        promise(!event.ok || event.value.duration <= 0xffff, "a duration has 16 bits");
      },
    },
    {
      name: "wav",
      share: 50,
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
