import { describe, expect, it } from "vitest";
import { VirtualNetwork } from "../../test/hw-sim/world/network.ts";
import { World } from "../../test/hw-sim/world/world.ts";
import { latin1FromBytes } from "../base/bytes.ts";
import type { UdpSocket } from "../hal/ports/net.ts";
import { fetchTftp } from "./fetch-tftp.ts";
import type { SourceUrl } from "./provision/source-url.ts";

const [BOX, SERVER, OTHER] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const URL: SourceUrl = { scheme: "tftp", host: "files", port: 69, path: "/b%20c.yaml" };

/** A server that gives each who asks one block, from a port of its own. */
async function setUp(content: Uint8Array) {
  const world = new World({ seed: 1 });
  const network = new VirtualNetwork(world);
  const asked: string[] = [];
  const bind = (
    host: string,
    port: number,
    onDatagram: (bytes: Uint8Array, from: { host: string; port: number }) => void,
  ) =>
    world.complete(
      network.host(host).udp.bind({ host, port, onDatagram, onFault: () => {} }),
      1000,
    );
  const answers = await bind(SERVER, 5000, () => {});
  const stranger = await bind(OTHER, 5000, () => {});
  await bind(SERVER, 69, (bytes, from) => {
    asked.push(latin1FromBytes(bytes));
    stranger.send(Uint8Array.of(0, 5, 0, 1, 0), from);
    answers.send(Uint8Array.of(0, 3, 0, 1, ...content), from);
  });
  const ports = { clock: world.clock, udp: network.host(BOX).udp, resolve: async () => SERVER };
  return { world, network, asked, ports };
}

describe("fetchTftp()", () => {
  it("fetches a file, and listens to nobody but its server", async () => {
    const { world, asked, ports, network } = await setUp(new TextEncoder().encode("country: é"));
    const fetched = await world.complete(fetchTftp(URL, ports), 5000);
    expect(fetched).toEqual({ kind: "new", text: "country: é" });
    expect(asked).toEqual(["\0\x01b c.yaml\0octet\0blksize\x001428\0tsize\x000\0"]);
    expect(network.host(BOX).bound).toEqual([]);
  });

  it.each(["2001:db8::2", "2001:DB8:0:0:0:0:0:2"])("knows its server at %s", async (host) => {
    const world = new World({ seed: 1 });
    const network = new VirtualNetwork(world);
    const six = "2001:db8::2";
    const binding = { host: six, port: 69, onFault: () => {} };
    const server: UdpSocket = await world.complete(
      network.host(six).udp.bind({
        ...binding,
        onDatagram: (_, from) => server.send(Uint8Array.of(0, 3, 0, 1, 97), from),
      }),
      1000,
    );
    const { udp } = network.host("2001:db8::1");
    const ports = { clock: world.clock, udp, resolve: async () => host };
    const fetched = await world.complete(fetchTftp(URL, ports), 5000);
    expect(fetched).toEqual({ kind: "new", text: "a" });
  });

  it("takes nothing that is no text", async () => {
    const { world, ports } = await setUp(Uint8Array.of(0xff));
    const fetched = await world.complete(fetchTftp(URL, ports), 5000);
    expect(fetched).toEqual({ kind: "failed", why: "is no text in UTF-8" });
  });

  it("gives up where nobody answers", async () => {
    const { world, ports, network } = await setUp(new Uint8Array());
    const silent = { ...ports, resolve: async () => OTHER };
    const fetched = await world.complete(fetchTftp(URL, silent), 60_000);
    expect(fetched.kind === "failed" ? fetched.why : "").toContain("nobody answers by TFTP");
    expect(network.host(BOX).bound).toEqual([]);
  });

  it("tells of a name that is not known", async () => {
    const { world, ports } = await setUp(new Uint8Array());
    const resolve = async (): Promise<string> => {
      throw new Error("ENOTFOUND");
    };
    const fetched = await world.complete(fetchTftp(URL, { ...ports, resolve }), 1000);
    expect(fetched).toEqual({ kind: "failed", why: "cannot be fetched: ENOTFOUND" });
  });

  it("ends where nobody waits for it any more", async () => {
    const { world, ports } = await setUp(new Uint8Array());
    const stop = new AbortController();
    const silent = { ...ports, resolve: async () => OTHER };
    const fetching = fetchTftp(URL, silent, stop.signal);
    await world.advance(500);
    stop.abort();
    const fetched = await world.complete(fetching, 100);
    expect(fetched).toEqual({ kind: "failed", why: "was not there in time" });
  });
});
