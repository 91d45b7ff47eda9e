import { describe, expect, it } from "vitest";
import { VirtualNetwork } from "../../../test/hw-sim/world/network.ts";
import { World } from "../../../test/hw-sim/world/world.ts";
import { PortError } from "../../base/port-fault.ts";
import type { Udp } from "../../hal/ports/net.ts";
import { PortPairs } from "./port-pairs.ts";

const HOST = "10.0.0.1";
const silent = { onRtp() {}, onRtcp() {} };

function setUp(portMin: number, portMax: number, start = 0) {
  const world = new World({ seed: 1 });
  const host = new VirtualNetwork(world).host(HOST);
  const pairs = new PortPairs(host.udp, { host: HOST, portMin, portMax }, start);
  return { world, host, pairs };
}

describe("PortPairs.open()", () => {
  it("hands out even ports with their odd neighbours, one after the other, then anew", async () => {
    const { pairs } = setUp(4000, 4005);
    const ports: number[] = [];
    for (let call = 0; call < 4; call++) {
      const pair = await pairs.open(silent);
      expect(pair.rtcp.local.port).toBe(pair.rtp.local.port + 1);
      ports.push(pair.rtp.local.port);
      pair.rtp.close();
      pair.rtcp.close();
    }
    expect(ports).toEqual([4000, 4002, 4004, 4000]);
  });

  it("begins where it is told, and passes over an odd first port", async () => {
    const { pairs } = setUp(4001, 4006, 1);
    expect((await pairs.open(silent)).rtp.local.port).toBe(4004);
  });

  it("passes over a pair of which either port is taken", async () => {
    const { host, pairs } = setUp(4000, 4007);
    const taken = { host: HOST, onDatagram() {}, onFault() {} };
    await host.udp.bind({ ...taken, port: 4000 });
    await host.udp.bind({ ...taken, port: 4003 });
    expect((await pairs.open(silent)).rtp.local.port).toBe(4004);
    // The even half of a pair whose odd half was taken has been let go again.
    await host.udp.bind({ ...taken, port: 4002 });
  });

  it.each([
    ["full", 4000, 4001],
    ["too narrow for one pair", 4001, 4002],
  ])("says what to do where the range is %s", async (_, portMin, portMax) => {
    const { host, pairs } = setUp(portMin, portMax);
    await host.udp.bind({ host: HOST, port: portMin, onDatagram() {}, onFault() {} });
    const refused = await pairs.open(silent).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PortError);
    expect(String(refused)).toContain("widen rtp.portMin and rtp.portMax");
  });

  it.each([46, undefined])("marks both ports with the code point %s", async (dscp) => {
    const { host } = setUp(4000, 4001);
    const marks: (number | undefined)[] = [];
    const udp: Udp = {
      bind: (binding) => {
        marks.push(binding.dscp);
        return host.udp.bind(binding);
      },
    };
    const range = { host: HOST, portMin: 4000, portMax: 4001 };
    await new PortPairs(udp, dscp === undefined ? range : { ...range, dscp }, 0).open(silent);
    expect(marks).toEqual([dscp, dscp]);
  });

  it("does not hide a fault that is no taken port", async () => {
    const { host, pairs } = setUp(4000, 4003);
    host.refuseBind(4000, "permission");
    const refused = await pairs.open(silent).catch((error: unknown) => error);
    expect(refused instanceof PortError && refused.fault.kind).toBe("permission");
  });
});
