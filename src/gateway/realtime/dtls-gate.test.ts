import { describe, expect, it } from "vitest";
import type { MediaEvent, MediaFlow } from "../../base/media-messages.ts";
import type { UdpSocket } from "../../hal/ports/net.ts";
import { MediaSession } from "../../media/index.ts";
import { DTLS_DATAGRAMS_MAX, DtlsGate } from "./dtls-gate.ts";

const REMOTE = { host: "192.0.2.1", port: 4000 };
const STRANGER = { host: "198.51.100.7", port: 9 };
const FLOW: MediaFlow = {
  remote: REMOTE,
  remoteRtcp: { host: "192.0.2.1", port: 4001 },
  codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
  send: true,
  receive: true,
};
const HELLO = Uint8Array.of(22, 0xfe, 0xfd);

function gateOf(role?: "active" | "passive", isFax = false) {
  const session = new MediaSession({
    ...{ session: "s", frameSamples: 80, ssrc: 1, firstSequence: 1, firstTimestamp: 0 },
    ...{ cname: "c", wallAtZeroMs: 0, random: () => 0.5 },
  });
  const flow = role && { ...FLOW, dtls: { role, fingerprints: ["x"] } };
  session.setFlow(FLOW, 0);
  const told: MediaEvent[] = [];
  const time = { nowMs: 0 };
  const gated = { session, fax: { isFax }, flow };
  const clock = { nowMs: () => time.nowMs };
  const gate = new DtlsGate(
    "s",
    () => gated,
    clock,
    (event) => void told.push(event),
  );
  return { gate, told, time, gated };
}

describe("DtlsGate", () => {
  it.each([
    [19, false],
    [20, true],
    [63, true],
    [64, false],
    [0x80, false],
    [0, false],
  ])("a datagram that begins with %i is DTLS: %s", (byte, isTaken) => {
    const { gate, told } = gateOf("passive");
    const bytes = Uint8Array.of(byte, 1);
    expect(gate.take("rtcp", bytes, STRANGER)).toBe(isTaken);
    expect(told).toEqual(
      isTaken ? [{ kind: "dtls", session: "s", channel: "rtcp", bytes, from: STRANGER }] : [],
    );
  });

  it("tells bytes that are its own: those that came are borrowed", () => {
    const { gate, told } = gateOf("passive");
    const bytes = HELLO.slice();
    gate.take("rtp", bytes, REMOTE);
    bytes.fill(0);
    expect(told).toMatchObject([{ bytes: HELLO }]);
  });

  it("leaves the port to T.38, whose packets begin with any byte", () => {
    const { gate, told } = gateOf("passive", true);
    expect(gate.take("rtp", HELLO, REMOTE)).toBe(false);
    const none = new DtlsGate(
      "s",
      () => undefined,
      { nowMs: () => 0 },
      () => expect.fail(),
    );
    expect([none.take("rtp", HELLO, REMOTE), told]).toEqual([false, []]);
  });

  it("hears whom we have called from where it was called, and nobody else", () => {
    const { gate, told } = gateOf("active");
    for (const from of [STRANGER, REMOTE, { ...REMOTE, port: 4001 }]) gate.take("rtp", HELLO, from);
    for (const from of [REMOTE, { ...REMOTE, port: 4001 }]) gate.take("rtcp", HELLO, from);
    expect(told).toMatchObject([
      { channel: "rtp", from: REMOTE },
      { channel: "rtcp", from: { port: 4001 } },
    ]);
  });

  it("carries a few before offer and answer, none where other keys were agreed on", () => {
    const early = gateOf();
    for (let n = 0; n < 20; n++) expect(early.gate.take("rtp", HELLO, REMOTE)).toBe(true);
    expect(early.told).toHaveLength(8);
    const other = gateOf("passive");
    Object.assign(other.gated, { flow: FLOW });
    expect(other.gate.take("rtp", HELLO, REMOTE)).toBe(true);
    expect(other.told).toEqual([]);
  });

  it("carries no flood, and nothing that no handshake would send", () => {
    const { gate, told, time } = gateOf("passive");
    gate.take("rtp", new Uint8Array(1501).fill(22), REMOTE);
    expect(told).toEqual([]);
    const flood = (from: typeof REMOTE) => {
      for (let n = 0; n < 1000; n++) gate.take("rtp", HELLO, from);
      return told.length;
    };
    expect(flood(STRANGER)).toBe(DTLS_DATAGRAMS_MAX);
    // Whom signalling names is heard all the same, as long as he makes no flood himself.
    expect(flood(REMOTE)).toBe(2 * DTLS_DATAGRAMS_MAX);
    time.nowMs = 1000;
    gate.take("rtp", HELLO, STRANGER);
    gate.take("rtp", HELLO, REMOTE);
    expect(told).toHaveLength(2 * DTLS_DATAGRAMS_MAX + 2);
  });

  it("sends to where it is told, or else to where the port's packets go", () => {
    const sent: unknown[] = [];
    const socket = (name: string): UdpSocket => ({
      ...{ local: REMOTE, close() {} },
      send: (bytes, to) => void sent.push([name, bytes[0], to.host, to.port]),
    });
    const sockets = { rtp: socket("rtp"), rtcp: socket("rtcp") };
    const { gate } = gateOf("active");
    const command = { kind: "dtls", session: "s", datagrams: [HELLO, HELLO] } as const;
    gate.send(sockets, { ...command, channel: "rtcp" });
    gate.send(sockets, { ...command, datagrams: [HELLO], channel: "rtp", to: STRANGER });
    expect(sent).toEqual([
      ["rtcp", 22, "192.0.2.1", 4001],
      ["rtcp", 22, "192.0.2.1", 4001],
      ["rtp", 22, STRANGER.host, STRANGER.port],
    ]);
    const idle = new DtlsGate(
      "s",
      () => undefined,
      { nowMs: () => 0 },
      () => {},
    );
    idle.send(sockets, { ...command, channel: "rtp" });
    expect(sent).toHaveLength(3);
  });
});
