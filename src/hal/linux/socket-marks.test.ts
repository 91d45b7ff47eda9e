import { describe, expect, it } from "vitest";
import { PortError } from "../../base/port-fault.ts";
import { createStreams, createUdp } from "../node/index.ts";
import { loadKoffi } from "./koffi-binding.ts";
import { loadSocketMarks } from "./socket-marks.ts";

const marks = await loadSocketMarks();
const CS5 = 40;

const c = (await loadKoffi("a test")).load(null);
const getsockopt = c.func(
  "int getsockopt(int file, int level, int name, void *value, void *length)",
);
const close = c.func("int close(int file)");

/** The traffic class that the kernel sends an IPv4 socket's packets with. @see ip(7), IP_TOS */
function classOf(file: number): number {
  const value = new Int32Array(1);
  getsockopt(file, 0, 1, value, Uint32Array.of(4));
  return value[0] ?? -1;
}

describe("loadSocketMarks()", () => {
  it.each([0, 24, CS5, 63])("bindUdp() marks a socket with %i", (dscp) => {
    const file = marks.bindUdp(4, "127.0.0.1", 0, dscp);
    // The two lowest bits are not the code point's. @see RFC 3168 §5
    expect(classOf(file)).toBe(dscp << 2);
    close(file);
  });

  it("bindUdp() gives a socket that the runtime sends and hears with", async () => {
    const udp = createUdp({ bindMarked: marks.bindUdp });
    let heard: (text: string) => void = () => {};
    const said = new Promise<string>((resolve) => {
      heard = resolve;
    });
    const bind = (onDatagram: (payload: Uint8Array) => void) =>
      udp.bind({ host: "127.0.0.1", port: 0, dscp: CS5, onDatagram, onFault: () => {} });
    const a = await bind(() => {});
    const b = await bind((payload) => heard(String.fromCharCode(...payload)));
    expect(b.local.host).toBe("127.0.0.1");
    expect(b.local.port).toBeGreaterThan(0);
    a.send(Uint8Array.of(0x68, 0x69), b.local);
    expect(await said).toBe("hi");
    a.close();
    b.close();
  });

  it("bindUdp() tells of a port that is taken as the runtime does", async () => {
    const udp = createUdp({ bindMarked: marks.bindUdp });
    const nothing = { onDatagram: () => {}, onFault: () => {}, dscp: CS5 };
    const first = await udp.bind({ host: "127.0.0.1", port: 0, ...nothing });
    const second = udp.bind({ host: "127.0.0.1", port: first.local.port, ...nothing });
    const error = await second.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error instanceof PortError && error.fault.kind).toBe("in-use");
    first.close();
  });

  it("mark() is asked for the sockets of streams, both ends, with their file numbers", async () => {
    const marked: number[] = [];
    const streams = createStreams({
      mark: (file, family, dscp) => {
        const done = marks.mark(file, family, dscp);
        marked.push(classOf(file));
        return done;
      },
    });
    const events = { onData: () => {}, onWritable: () => {}, onClose: () => {} };
    const at = { host: "127.0.0.1", port: 0, dscp: CS5, onFault: () => {} };
    const listener = await streams.listen({ ...at, onStream: () => events });
    const stream = await streams.connect(
      { to: listener.local, timeoutMs: 3000, dscp: CS5 },
      events,
    );
    while (marked.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(marked).toEqual([CS5 << 2, CS5 << 2]);
    stream.close();
    listener.close();
  });
});
