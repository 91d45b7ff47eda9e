import { describe, expect, it } from "vitest";
import type { SocketAddress } from "../../src/base/address.ts";
import {
  parseStun,
  printStun,
  STUN_ATTRIBUTE,
  xorAddress,
} from "../../src/base/stun/stun-message.ts";
import { BENCH_HOST, type BenchPlace, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply } from "../hw-sim/peers/scripted-peer.ts";
import { FAR_SERVER, farEndFirst, INVITE_OF_BOX, sdp, withSdp } from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";

const STUN_HOST = "10.0.0.50";
const OUTSIDE = "203.0.113.7";
/** What a translator makes of our ports: what were neighbours inside are none outside. */
const outsidePort = (port: number): number => (port % 2 === 0 ? 60_000 : 50_000) + (port % 1000);

const CONFIG = {
  registrar: FAR_SERVER,
  dialing: { digitMap: "xxx" },
  sip: { nat: { stunServer: "stun.example.net" } },
} as const;

/** A STUN server that sees everybody behind a translator; what it was asked from. */
async function openStun(place: BenchPlace, isSilent = (): boolean => false) {
  const asked: SocketAddress[] = [];
  place.names.set("stun.example.net", [STUN_HOST]);
  const socket = await place.udp(STUN_HOST).bind({
    host: STUN_HOST,
    port: 3478,
    onFault: () => {},
    onDatagram: (bytes, from) => {
      asked.push(from);
      const request = parseStun(bytes);
      if (!request.ok || isSilent()) return;
      const { transaction } = request.value;
      const seen = { host: OUTSIDE, port: outsidePort(from.port) };
      const value = xorAddress(seen, transaction) ?? new Uint8Array(0);
      const attributes = [{ type: STUN_ATTRIBUTE.xorMappedAddress, value }];
      socket.send(printStun({ kind: "success", method: 1, transaction, attributes }), from);
    },
  });
  return asked;
}

describe("a STUN server that sees us behind a translator", () => {
  it("has SIP and voice named by their addresses outside, RTCP by a line of its own", async () => {
    const far = farEndFirst();
    let asked: readonly SocketAddress[] = [];
    const lab = await bench({
      seed: 511,
      config: CONFIG,
      prepare: async (place) => {
        asked = await openStun(place);
        await far.prepare(place);
      },
    });
    await lab.world.advance(2000);
    const sent = (method: string): string =>
      far.get().sip.messages.findLast(({ text }) => text.startsWith(method))?.text ?? "";
    expect(sent("REGISTER")).toMatch(new RegExp(`Contact: <sip:10[12]@${OUTSIDE}:[56]0\\d{3}>`));
    const [alice] = lab.phones;
    far
      .get()
      .run(
        expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
        reply("200 OK", withSdp(sdp())),
        expectMessage(/^ACK /),
        expectMessage(/^BYE /, { timeoutMs: 30_000 }),
        reply("200 OK"),
      );
    await alice.calls("555");
    await far.get().reaches(3);
    const [rtp, rtcp] = asked.slice(-2);
    expect(rtp?.host).toBe(BENCH_HOST);
    const invite = sent("INVITE");
    expect(invite).toContain(`c=IN IP4 ${OUTSIDE}\r\n`);
    expect(invite).toContain(`m=audio ${outsidePort(rtp?.port ?? 0)} RTP/AVP`);
    const rtcpPort = outsidePort(rtcp?.port ?? 0);
    expect(invite).toContain(`a=rtcp:${rtcpPort} IN IP4 ${OUTSIDE}\r\n`);
    alice.hang();
    await far.get().passes();
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it("that falls silent costs a call 2.5 s at the most, once", async () => {
    const far = farEndFirst();
    let isSilent = false;
    const lab = await bench({
      seed: 512,
      config: CONFIG,
      prepare: async (place) => {
        await openStun(place, () => isSilent);
        await far.prepare(place);
      },
    });
    await lab.world.advance(2000);
    isSilent = true;
    const [alice] = lab.phones;
    const refuse = [
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("486 Busy Here"),
      expectMessage(/^ACK /),
    ];
    const waits: number[] = [];
    for (let call = 0; call < 2; call++) {
      far.get().run(...refuse);
      await alice.calls("555");
      const dialledMs = lab.world.clock.nowMs();
      await far.get().passes();
      waits.push(lab.world.clock.nowMs() - dialledMs);
      await alice.hears("busy");
      alice.hang();
      // The next question of its own tells that nobody is there.
      await lab.world.advance(70_000);
    }
    const [first = 0, second = 0] = waits;
    expect(first).toBeGreaterThan(2000);
    expect(first).toBeLessThan(3500);
    expect(second).toBeLessThan(1000);
    const busy = "1 out 101>555 busy";
    await assertSettled(lab, { records: [busy, busy] });
  });
});
