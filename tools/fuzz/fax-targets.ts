import { IFP_LIMITS, parseIfp, printIfp } from "../../src/media/fax/ifp.ts";
import { FrameReader } from "../../src/media/fax/t30-frames.ts";
import { parseUdptl, udptlBytes } from "../../src/media/fax/udptl.ts";
import { UdptlReceiver } from "../../src/media/fax/udptl-receiver.ts";
import { type FuzzTarget, promise } from "./target.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);

/** Flags, a whole DIS, the end of an image, a message of V.8 in version 3. */
const IFP = [
  bytes(0x06),
  bytes(0xc0, 2, 0x80, 0, 5, 0xff, 0xc8, 0x01, 0x00, 0x71, 0x12, 0x40),
  bytes(0xd0, 2, 0xc0, 0, 3, 1, 2, 3, 4, 0x70),
  bytes(0xe0, 0x00, 1, 0xc0, 0x00, 0, 1, 7, 8),
];

/** A packet with two before it, and one with parities. */
const UDPTL = [
  bytes(0, 2, 1, 6, 0, 2, 1, 4, 3, 0xc0, 1, 0x20),
  bytes(0, 9, 3, 0xc0, 1, 0x20, 0x80, 1, 3, 2, 1, 6, 2, 4, 0),
];

/** What a far gateway, or a stranger at our port, may send in a call that is a fax. */
export function faxTargets(): readonly FuzzTarget[] {
  const receiver = new UdptlReceiver();
  const reader = new FrameReader();
  return [
    {
      name: "ifp",
      seeds: IFP,
      vectors: [],
      run: (input) => {
        for (const version of [0, 1, 2, 3] as const) {
          const parsed = parseIfp(input, version);
          if (!parsed.ok) continue;
          const { packet, length } = parsed.value;
          promise(length <= input.length, "a packet lies in its bytes");
          reader.read(packet);
          const again = printIfp(packet, version);
          promise((again?.length ?? 0) <= IFP_LIMITS.bytes, "what is printed keeps to its limit");
        }
      },
    },
    {
      name: "udptl",
      seeds: UDPTL,
      vectors: [],
      run: (input) => {
        const parsed = parseUdptl(input);
        if (parsed.ok) promise(udptlBytes(parsed.value) <= input.length, "all of it was there");
        for (const ifp of receiver.receive(input)) parseIfp(ifp.bytes, 0);
      },
    },
  ];
}
