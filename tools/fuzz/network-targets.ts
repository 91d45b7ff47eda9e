import { parseOption120 } from "../../src/app/config/option-120.ts";
import { hexFromBytes } from "../../src/base/bytes.ts";
import { bindingAnswer } from "../../src/base/stun/binding-answer.ts";
import {
  isStun,
  mappedAddress,
  parseStun,
  printStun,
  stunErrorCode,
} from "../../src/base/stun/stun-message.ts";
import { checkFingerprint, withFingerprint } from "../../src/base/stun/stun-seal.ts";
import { namesOfAltText } from "../../src/hal/node/tls-peer.ts";
import { WIRE_LIMITS } from "../../src/sip/wire/limits.ts";
import { type StreamFrame, StreamFramer } from "../../src/sip/wire/stream-framer.ts";
import { type FuzzTarget, promise, seedsOf, wireText } from "./target.ts";

const OPTIONS = wireText(
  ...["OPTIONS sip:101@192.0.2.10 SIP/2.0", "Via: SIP/2.0/TCP 192.0.2.20;branch=z9hG4bKa"],
  ...["Content-Length: 4", "", "body"],
);
const STREAMS = [
  `${OPTIONS}\r\n\r\n${OPTIONS}`,
  `\r\n${OPTIONS.replace("Content-Length: 4", "l:\r\n 4")}\r\n\r\n`,
  OPTIONS.replaceAll("\r\n", "\n"),
];

/** A binding response with XOR-MAPPED-ADDRESS, an error code and a name, sealed. */
const STUN = withFingerprint(
  printStun({
    ...{ kind: "success", method: 1, transaction: new Uint8Array(12).fill(9) },
    attributes: [
      { type: 0x0020, value: Uint8Array.of(0, 1, 0x33, 0x33, 0xe1, 0xba, 0xa5, 0x43) },
      { type: 0x0009, value: Uint8Array.of(0, 0, 4, 1, 0x4e, 0x6f) },
      { type: 0x8022, value: Uint8Array.of(0x54) },
    ],
  }),
);

const sizeOf = (frames: readonly StreamFrame[]): number =>
  frames.reduce((sum, frame) => sum + (frame.kind === "message" ? frame.bytes.length : 0), 0);

/** What comes over streams, and what finds the way through translators. */
export function networkTargets(): readonly FuzzTarget[] {
  return [
    {
      name: "stream",
      seeds: seedsOf(...STREAMS),
      vectors: ["sip"],
      run: (input) => {
        const whole = new StreamFramer("accepter").push(input);
        promise(sizeOf(whole) <= input.length, "messages are made of what came");
        const cut = new StreamFramer("accepter");
        const frames: StreamFrame[] = [];
        for (let at = 0; at < input.length; at += 7)
          frames.push(...cut.push(input.subarray(at, at + 7)));
        promise(sizeOf(frames) === sizeOf(whole), "how a stream is cut changes nothing");
        promise(cut.waitingBytes <= WIRE_LIMITS.messageBytes + 7, "what waits has a limit");
      },
    },
    {
      name: "stun",
      seeds: [STUN],
      vectors: [],
      run: (input) => {
        checkFingerprint(input);
        const answer = bindingAnswer(input, { host: "192.0.2.20", port: 5060 });
        const isFit = answer === undefined || answer.length <= 3 * input.length;
        promise(isFit, "an answer is no larger than thrice what was asked");
        const parsed = parseStun(input);
        if (!parsed.ok) return;
        promise(isStun(input), "what is read as STUN is told as STUN");
        mappedAddress(parsed.value);
        stunErrorCode(parsed.value);
        promise(printStun(parsed.value).length === input.length, "a message is as long again");
      },
    },
    {
      name: "dhcp-option-120",
      seeds: [
        Uint8Array.from([
          0, 4, 0x73, 0x69, 0x70, 0x31, 2, 0x64, 0x65, 0, 3, 0x61, 0x62, 0x63, 0xc0, 5,
        ]),
        Uint8Array.from([1, 192, 0, 2, 1, 192, 0, 2, 2]),
      ],
      vectors: [],
      run: (input) => {
        const servers = parseOption120(hexFromBytes(input));
        promise(!servers.ok || servers.value.length > 0, "an option names a server, or is refused");
      },
    },
    {
      name: "alt-names",
      seeds: seedsOf('DNS:a.example, URI:"sip:b\\u002c c", IP Address:192.0.2.1'),
      vectors: [],
      run: (input) => {
        namesOfAltText(String.fromCharCode(...input));
      },
    },
  ];
}
