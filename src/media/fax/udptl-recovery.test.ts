import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUdptl } from "./udptl.ts";
import { UdptlReceiver } from "./udptl-receiver.ts";
import { type UdptlCorrection, UdptlSender } from "./udptl-sender.ts";

const packetOf = (n: number) =>
  Uint8Array.from([n & 0xff, n >> 8, ...Array<number>(n % 7).fill(9)]);
/** What parity brings back may have zeros behind it. */
const numberOf = (bytes: Uint8Array) => (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);

function datagrams(correction: UdptlCorrection, count: number, bytesMax = 1400): Uint8Array[] {
  const sender = new UdptlSender(correction, bytesMax);
  return Array.from({ length: count }, (_, n) => sender.wrap(packetOf(n))?.slice() ?? packetOf(0));
}

/** The packets that came out, by their content, in order. */
function received(receiver: UdptlReceiver, wire: readonly Uint8Array[]): number[] {
  return wire.flatMap((bytes) =>
    receiver.receive(bytes).map((ifp) => {
      expect(numberOf(ifp.bytes)).toBe(ifp.sequence);
      return ifp.sequence;
    }),
  );
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const REDUNDANCY = { kind: "redundancy", packets: 3 } as const;
const FEC = { kind: "fec", span: 3, parities: 3 } as const;

describe("UdptlReceiver.receive() brings back what a UdptlSender lets it", () => {
  it.each([
    ["nothing lost", { kind: "none" }, [], []],
    ["one lost, nothing along", { kind: "none" }, [7], [7]],
    ["one lost", REDUNDANCY, [7], []],
    ["three in a row lost", REDUNDANCY, [7, 8, 9], []],
    ["four in a row lost: the first is gone", REDUNDANCY, [7, 8, 9, 10], [7]],
    ["the first two lost", REDUNDANCY, [0, 1], []],
    ["one lost, parity", FEC, [20], []],
    ["three in a row lost, parity", FEC, [20, 21, 22], []],
    ["four in a row lost, parity: one row lacks two", FEC, [20, 21, 22, 23], [20, 23]],
    ["one lost where parities have just begun", FEC, [4], []],
  ] as const)("%s", (_, correction, lost, gone) => {
    const wire = datagrams(correction, 40).filter((__, n) => !lost.some((one) => one === n));
    const receiver = new UdptlReceiver();
    const came = received(receiver, wire);
    const missing = gone as readonly number[];
    expect(came).toEqual(upTo(40).filter((n) => !missing.includes(n)));
    expect(receiver.counts).toEqual({
      received: 40 - lost.length,
      recovered: lost.length - gone.length,
      lost: gone.length,
      malformed: 0,
    });
  });

  it("gives each packet once, in order, whatever the network repeats and reorders", () => {
    const wire = datagrams(REDUNDANCY, 12);
    const order = [0, 0, 2, 1, 3, 5, 4, 4, 6, 7, 7, 11, 8, 9, 10];
    const came = received(
      new UdptlReceiver(),
      order.flatMap((n) => wire[n] ?? []),
    );
    expect(came).toEqual(upTo(12));
  });

  it("counts on past 65535", () => {
    const receiver = new UdptlReceiver();
    const came = datagrams({ kind: "none" }, 65_600).flatMap((bytes) =>
      receiver.receive(bytes).map(({ sequence }) => sequence),
    );
    expect(came.every((sequence, n) => sequence === (n & 0xffff))).toBe(true);
    expect(receiver.counts).toMatchObject({ received: 65_600, lost: 0 });
  });

  it("is not led astray by one datagram from elsewhere, but follows two in a row", () => {
    const stray = Uint8Array.from([0x80, 0x00, 1, 6, 0, 0]);
    const wire = datagrams(REDUNDANCY, 20);
    const receiver = new UdptlReceiver();
    expect(received(receiver, wire.slice(0, 10))).toEqual(upTo(10));
    expect(receiver.receive(stray)).toEqual([]);
    expect(received(receiver, wire.slice(10))).toEqual(upTo(20).slice(10));
    expect(receiver.receive(stray)).toEqual([]);
    expect(receiver.receive(Uint8Array.from([0x80, 0x01, 1, 6, 0, 0]))).toHaveLength(1);
  });

  it("counts what is no datagram", () => {
    const receiver = new UdptlReceiver();
    expect(receiver.receive(Uint8Array.from([1]))).toEqual([]);
    expect(receiver.counts.malformed).toBe(1);
  });
});

describe("UdptlSender.wrap()", () => {
  it.each([
    [REDUNDANCY, 1400, 3],
    [REDUNDANCY, 30, 2],
    [REDUNDANCY, 4, 0],
    [FEC, 1400, 3],
    [FEC, 30, 2],
    [FEC, 4, 0],
  ] as const)("%o within %d bytes: %d go along", (correction, bytesMax, along) => {
    const last = datagrams(correction, 21, bytesMax).at(-1) ?? packetOf(0);
    const parsed = parseUdptl(last);
    if (!parsed.ok) throw new Error(parsed.error);
    const { recovery } = parsed.value;
    expect((recovery.kind === "fec" ? recovery.parities : recovery.packets).length).toBe(along);
    if (along > 0) expect(last.length).toBeLessThanOrEqual(bytesMax);
  });

  it("takes no packet that no datagram has room for", () => {
    const sender = new UdptlSender(REDUNDANCY, 1400);
    expect(sender.wrap(new Uint8Array(4091))).toBeUndefined();
    expect(sender.wrap(new Uint8Array(4090))?.length).toBe(4096);
    expect(sender.sequence).toBe(1);
  });

  it("and UdptlReceiver.receive() together lose nothing that recovery covers", () => {
    const correction = fc.constantFrom<UdptlCorrection>(REDUNDANCY, {
      kind: "redundancy",
      packets: 5,
    });
    fc.assert(
      fc.property(correction, fc.array(fc.nat(9), { maxLength: 60 }), (how, chances) => {
        const depth = how.kind === "redundancy" ? how.packets : 0;
        let gap = 0;
        const wire = datagrams(how, 60).filter((_, n) => {
          const isLost = (chances[n] ?? 9) < 4 && gap < depth && n < 59;
          gap = isLost ? gap + 1 : 0;
          return !isLost;
        });
        expect(received(new UdptlReceiver(), wire)).toEqual(upTo(60));
      }),
    );
  });
});
