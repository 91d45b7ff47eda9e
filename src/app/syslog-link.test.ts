import { describe, expect, it } from "vitest";
import { createNameTable } from "../../test/hw-sim/world/names.ts";
import { VirtualNetwork } from "../../test/hw-sim/world/network.ts";
import { simServerIdentity } from "../../test/hw-sim/world/sim-certificate.ts";
import { World } from "../../test/hw-sim/world/world.ts";
import { latin1FromBytes } from "../base/bytes.ts";
import type { SyslogSettings } from "./config/resolve-syslog.ts";
import { LAST_WORDS_MS, openSyslog } from "./syslog-link.ts";

const [BOX, SERVER, SERVER6] = ["10.0.0.1", "10.0.0.2", "2001:db8::2"];
const NAME = "logs.example.net";

/** A box with a server that only listens: `got` is all that came there. */
function setUp(settings: Partial<SyslogSettings> = {}, wallStartMs = Date.UTC(2026, 10, 27, 10)) {
  const world = new World({ seed: 1, wallStartMs });
  const network = new VirtualNetwork(world);
  const resolver = createNameTable(world, { [NAME]: [SERVER], v6: [SERVER6] });
  const own: string[] = [];
  const got: string[] = [];
  const ends: string[] = [];
  const whole: SyslogSettings = {
    ...{ host: NAME, port: 514, name: NAME, transport: "udp", hostName: "box1" },
    source: { facility: 3, enterpriseId: 32_473, maxBytes: 1232 },
    ...settings,
  };
  const { udp, streams } = network.host(BOX);
  const link = openSyslog(
    whole,
    "info",
    { clock: world.clock, udp, streams, resolver, random: world.random("syslog") },
    ({ level, text }) => own.push(`${level}: ${text}`),
  );
  const listenUdp = (host: string) =>
    network.host(host).udp.bind({
      ...{ host, port: 514, onFault: () => {} },
      onDatagram: (payload) => got.push(latin1FromBytes(payload)),
    });
  const listen = (identity?: ReturnType<typeof simServerIdentity>) =>
    network.host(SERVER).streams.listen({
      ...{ host: SERVER, port: whole.port, onFault: () => {} },
      ...(identity === undefined ? {} : { tls: { identity } }),
      onStream: () => ({
        onData: (bytes) => got.push(latin1FromBytes(bytes)),
        onWritable: () => {},
        onClose: (fault) => ends.push(fault?.kind ?? "closed"),
      }),
    });
  const info = (text: string): void => link.log({ level: "info", area: "box", text });
  return { world, network, resolver, link, own, got, ends, listenUdp, listen, info };
}

const HEAD = `<30>1 2026-11-27T10:00:00.000Z box1 tipring ${process.pid} box`;

describe("openSyslog()", () => {
  it("sends datagrams to a name's address, without holding anybody up", async () => {
    const { world, listenUdp, info, got, own } = setUp();
    await world.complete(listenUdp(SERVER), 1000);
    info("one");
    expect(got).toEqual([]);
    info("two");
    await world.advance(100);
    expect(got).toEqual([`${HEAD} [meta sequenceId="1"] one`, `${HEAD} [meta sequenceId="2"] two`]);
    expect(own).toEqual([]);
  });

  it("leaves out what is below the level", async () => {
    const { world, listenUdp, link, got } = setUp();
    await world.complete(listenUdp(SERVER), 1000);
    link.log({ level: "debug", area: "box", text: "no" });
    link.log({ level: "error", area: "box", text: "yes" });
    await world.advance(100);
    expect(got.map((one) => one.slice(0, 5))).toEqual(["<27>1"]);
  });

  it("sends over IPv6", async () => {
    const { world, network, listenUdp, info, got } = setUp({ host: "v6" });
    network.host("2001:db8::1");
    await world.complete(listenUdp(SERVER6), 1000);
    info("one");
    await world.advance(100);
    expect(got).toHaveLength(1);
  });

  it("tells no time before the clock was set", async () => {
    const { world, listenUdp, info, got } = setUp({}, 1000);
    await world.complete(listenUdp(SERVER), 1000);
    info("one");
    await world.advance(100);
    expect(got[0]).toMatch(/^<30>1 - box1 /);
  });

  it("keeps lines while no server listens, and ends soon all the same", async () => {
    const { world, own, got, info, listen, link, ends } = setUp({ transport: "tcp" });
    info("one");
    await world.advance(10_000);
    expect(own[0]).toContain(`warn: the syslog server ${NAME} cannot be reached`);
    const listener = await world.complete(listen(), 1000);
    await world.advance(70_000);
    expect(got).toEqual([`${lengthOf("one")} ${HEAD} [meta sequenceId="1"] one`]);
    info("two");
    await world.complete(link.close(), 100);
    await world.advance(100);
    expect(got).toHaveLength(2);
    expect(ends).toEqual(["closed"]);
    listener.close();
  });

  it("gives up last words that cannot be sent", async () => {
    const { world, info, link } = setUp({ transport: "tcp" });
    info("one");
    const startMs = world.clock.nowMs();
    await world.complete(link.close(), 2 * LAST_WORDS_MS);
    expect(world.clock.nowMs() - startMs).toBe(LAST_WORDS_MS);
    info("afterwards");
    await world.advance(100_000);
  });

  const policy = { verify: true, wildcards: true, fingerprints: [] };

  it("sends over TLS to a server of the name", async () => {
    const { world, listen, info, got } = setUp({ transport: "tls", port: 6514, tls: { policy } });
    await world.complete(listen(simServerIdentity(NAME)), 1000);
    info("one");
    await world.advance(1000);
    expect(got).toHaveLength(1);
  });

  it("sends nothing to a server of another name", async () => {
    const { world, listen, info, got, own } = setUp({ transport: "tls", tls: { policy } });
    await world.complete(listen(simServerIdentity("other.example.net")), 1000);
    info("one");
    await world.advance(10_000);
    expect(got).toEqual([]);
    expect(own[0]).toContain("its certificate is not for logs.example.net");
  });
});

function lengthOf(text: string): string {
  return String(`${HEAD} [meta sequenceId="1"] ${text}`.length);
}
