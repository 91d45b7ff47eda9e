import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SimCommand, SimTold } from "../../src/base/sim-messages.ts";
import { countryProfile } from "../../src/fxs/index.ts";
import type { RealtimeHost } from "../../src/gateway/realtime/host.ts";
import type { RealtimeCommand, RealtimeEvent } from "../../src/gateway/realtime/messages.ts";
import type { RealtimeConfig } from "../../src/gateway/realtime/realtime-config.ts";
import { BENCH_HOST, TONE_TABLES } from "../hw-sim/index.ts";
import { buildWorker, type MakeHost, sameThread } from "./hosts.ts";

const us = countryProfile("us");
if (!us.ok) throw new Error("the profile us is missing");

const CONFIG: RealtimeConfig = {
  lines: [1, 2].map((line) => ({
    line,
    slic: {
      driver: "gpio-slic",
      profile: "ag1171",
      pins: { fr: `line${line}-fr`, rm: `line${line}-rm`, shk: `line${line}-shk` },
      ohtBias: true,
    },
    pcmChannel: `line${line}`,
    country: us.value,
    pulseDialing: true,
    relaysDigits: true,
  })),
  rtp: { host: BENCH_HOST, portMin: 20_000, portMax: 20_020 },
};

/** A host with a world in it, worked by hand. */
class Rig {
  readonly host: RealtimeHost;
  readonly events: RealtimeEvent[] = [];
  #onAdvanced: (() => void) | undefined;

  constructor(host: RealtimeHost) {
    this.host = host;
  }

  async start(config: RealtimeConfig = CONFIG): Promise<void> {
    await this.host.start(config, (event) => {
      if (event.kind === "board" && (event.message as SimTold).kind === "advanced") {
        this.#onAdvanced?.();
      } else this.events.push(event);
    });
  }

  send(command: RealtimeCommand): void {
    const before = this.events.length;
    this.host.send(command);
    expect(this.events.length, "no command is answered inside send").toBe(before);
  }

  person(command: SimCommand): void {
    this.send({ kind: "board", message: command });
  }

  async run(ms: number): Promise<void> {
    const advanced = new Promise<void>((resolve) => {
      this.#onAdvanced = resolve;
    });
    this.host.send({ kind: "board", message: { kind: "advance", ms } });
    await advanced;
  }

  /** Events as lines of JSON, those of a kind only. */
  seen(kind: RealtimeEvent["kind"]): readonly string[] {
    return this.events.filter((event) => event.kind === kind).map((event) => JSON.stringify(event));
  }
}

const hosts: { name: string; make: MakeHost }[] = [{ name: "same thread", make: sameThread }];
let removeWorker = (): void => {};

beforeAll(async () => {
  const { make, remove } = await buildWorker();
  removeWorker = remove;
  hosts.push({ name: "worker", make });
});

afterAll(() => removeWorker());

/** Runs a script on both hosts and hands back what each saw. */
async function onBoth(
  script: (rig: Rig) => Promise<void>,
  config?: RealtimeConfig,
): Promise<readonly [Rig, Rig]> {
  const rigs: Rig[] = [];
  for (const { make } of hosts) {
    const rig = new Rig(await make());
    await rig.start(config);
    await script(rig);
    await rig.host.stop();
    rigs.push(rig);
  }
  const [first, second] = rigs;
  if (first === undefined || second === undefined) throw new Error("there are two hosts");
  return [first, second];
}

/** Both saw the same, each kind in the same order, to the microsecond. */
function expectSame([first, second]: readonly [Rig, Rig]): void {
  for (const kind of ["line-ready", "line-failed", "line", "media", "board"] as const) {
    expect(second.seen(kind)).toEqual(first.seen(kind));
  }
  expect(first.events.filter((event) => event.kind === "fatal")).toEqual([]);
}

describe("RealtimeHost", () => {
  it("opens every line; one that cannot be opened does not stop the others", async () => {
    const [broken, whole] = CONFIG.lines;
    if (broken === undefined || whole === undefined) throw new Error("two lines");
    if (broken.slic.driver !== "gpio-slic") throw new Error("a line with pins");
    const pins = { ...broken.slic.pins, shk: "no-such-pin" };
    const rigs = await onBoth((rig) => rig.run(1), {
      ...CONFIG,
      lines: [{ ...broken, slic: { ...broken.slic, pins } }, whole],
    });
    expectSame(rigs);
    expect(rigs[0].events.map((event) => event.kind)).toEqual(["line-failed", "line-ready"]);
    expect(rigs[0].seen("line-failed")[0]).toContain("no-such-pin");
  });

  it("stopped while it opens its lines, it starts no more and is silent", async () => {
    for (const { make } of hosts) {
      const rig = new Rig(await make());
      const refused = expect(rig.start()).rejects.toThrow("stopped");
      await rig.host.stop();
      const { length } = rig.events;
      await refused;
      await expect(rig.start()).rejects.toThrow("stopped");
      expect(rig.events).toHaveLength(length);
    }
  });

  it("hears hook, keypad and dial, and plays a tone that the telephone recognises", async () => {
    const rigs = await onBoth(async (rig) => {
      for (const line of [1, 2]) {
        rig.person({ kind: "lift", line });
        rig.send({ kind: "line", line, command: { kind: "collect", on: true } });
      }
      await rig.run(500);
      rig.send({
        kind: "line",
        line: 1,
        command: { kind: "tone", tone: "dial", untilDigit: true },
      });
      await rig.run(1000);
      rig.person({ kind: "dial", line: 1, digits: "15#" });
      rig.person({ kind: "dial", line: 2, digits: "20" });
      await rig.run(5000);
      rig.person({ kind: "hang", line: 1 });
      await rig.run(1500);
    });
    expectSame(rigs);
    const digits = rigs[0].events.flatMap((event) =>
      event.kind === "line" && event.event.kind === "digit"
        ? [`${event.line}:${event.event.digit}:${event.event.source}`]
        : [],
    );
    expect(digits.toSorted()).toEqual([
      "1:#:dtmf",
      "1:1:dtmf",
      "1:5:dtmf",
      "2:0:pulse",
      "2:2:pulse",
    ]);
    expect(rigs[0].seen("board").join()).toContain(TONE_TABLES.us[0].name);
    expect(rigs[0].seen("line").at(-1)).toContain("on-hook");
  });

  it("rings with caller ID, and the answer under ringing is a ring trip", async () => {
    const rigs = await onBoth(async (rig) => {
      const time = { month: 2, day: 29, hour: 23, minute: 59 };
      const callerId = { number: "5551234", name: "ANN", time };
      rig.send({ kind: "line", line: 2, command: { kind: "ring", callerId } });
      await rig.run(6500);
      rig.person({ kind: "lift", line: 2 });
      await rig.run(1000);
    });
    expectSame(rigs);
    expect(rigs[0].seen("board").join()).toContain('"number":"5551234","name":"ANN"');
    expect(rigs[0].seen("line").at(-1)).toContain("ring-trip");
  });

  it("opens sessions, joins them to lines, and closes them with figures", async () => {
    const rigs = await onBoth(async (rig) => {
      const [local1, local2] = await openBoth(rig);
      for (const [session, remote] of [
        ["s1", local2],
        ["s2", local1],
      ] as const) {
        rig.send({ kind: "media", command: { kind: "flow", session, flow: flowTo(remote) } });
        rig.send({ kind: "media", command: { kind: "join", session, on: true } });
      }
      await rig.run(2000);
      for (const session of ["s1", "s2"]) {
        rig.send({ kind: "media", command: { kind: "close", session } });
      }
      await rig.run(100);
    });
    expectSame(rigs);
    const closed = rigs[0].events.flatMap((event) =>
      event.kind === "media" && event.event.kind === "closed" ? [event.event.stats] : [],
    );
    expect(closed).toHaveLength(2);
    for (const stats of closed) {
      expect(stats.packetsSent).toBeGreaterThanOrEqual(99);
      expect(stats.packetsReceived).toBeGreaterThanOrEqual(98);
      expect(stats.packetsLost).toBe(0);
    }
  });

  it("carries DTLS between the planes, and takes the keys that come of it", async () => {
    const suite = "AES_CM_128_HMAC_SHA1_80";
    const srtp = {
      policy: "required",
      suites: [],
      dtls: { isFirst: true, suites: [suite] },
    } as const;
    const record = Uint8Array.of(22, 0xfe, 0xfd, 1, 2, 3);
    const master = (fill: number): Uint8Array => new Uint8Array(30).fill(fill);
    const rigs = await onBoth(
      async (rig) => {
        const [local1, local2] = await openBoth(rig);
        for (const [session, remote, role] of [
          ["s1", local2, "active"],
          ["s2", local1, "passive"],
        ] as const) {
          const flow = { ...flowTo(remote), dtls: { role, fingerprints: ["x"] } };
          rig.send({ kind: "media", command: { kind: "flow", session, flow } });
          rig.send({ kind: "media", command: { kind: "join", session, on: true } });
          const datagrams = [record];
          for (const channel of ["rtp", "rtcp"] as const) {
            rig.send({ kind: "media", command: { kind: "dtls", session, channel, datagrams } });
          }
        }
        await rig.run(500);
        for (const [session, send, receive] of [
          ["s1", 1, 2],
          ["s2", 2, 1],
        ] as const) {
          const keys = { srtp: { suite, send: master(send), receive: master(receive) } } as const;
          rig.send({ kind: "media", command: { kind: "keys", session, keys } });
        }
        await rig.run(1000);
        for (const session of ["s1", "s2"]) {
          rig.send({ kind: "media", command: { kind: "close", session } });
        }
        await rig.run(100);
      },
      { ...CONFIG, rtp: { ...CONFIG.rtp, srtp } },
    );
    expectSame(rigs);
    const told = rigs[1].events.flatMap((event) => (event.kind === "media" ? [event.event] : []));
    expect(told.filter(({ kind }) => kind === "dtls")).toHaveLength(4);
    expect(told).toContainEqual(
      expect.objectContaining({ kind: "dtls", session: "s2", channel: "rtcp", bytes: record }),
    );
    const closed = told.flatMap((event) => (event.kind === "closed" ? [event.stats] : []));
    expect(closed).toHaveLength(2);
    for (const stats of closed) {
      // None before the keys: half a second of them is missing.
      expect(stats.packetsSent).toBeLessThanOrEqual(51);
      expect(stats.packetsReceived).toBeGreaterThanOrEqual(45);
    }
  });

  it("makes every line safe on `safe`: a ringing bell stops", async () => {
    const rigs = await onBoth(async (rig) => {
      rig.send({ kind: "line", line: 1, command: { kind: "ring" } });
      await rig.run(500);
      rig.send({ kind: "safe" });
      // Past the pause of the cadence: the next burst does not come either.
      await rig.run(8000);
    });
    expectSame(rigs);
    const told = rigs[0].seen("board").join();
    expect(told.split("ringing-started")).toHaveLength(2);
    expect(told).toContain("ringing-stopped");
  });

  it("is silent after stop, and refuses a session for a line that is not there", async () => {
    const rigs = await onBoth(async (rig) => {
      const owner = { kind: "line", line: 9 } as const;
      rig.send({ kind: "media", command: { kind: "open", session: "s", owner } });
      await rig.run(10);
    });
    expectSame(rigs);
    expect(rigs[0].seen("media").join()).toContain("open-failed");
    for (const rig of rigs) {
      const count = rig.events.length;
      rig.host.send({ kind: "board", message: { kind: "lift", line: 1 } });
      rig.host.send({ kind: "board", message: { kind: "advance", ms: 1000 } });
      await new Promise<void>((resolve) => setImmediate(resolve));
      expect(rig.events.length).toBe(count);
    }
  });
});

/** Lifts both receivers and opens a session at each line; where the two take packets. */
async function openBoth(rig: Rig) {
  for (const line of [1, 2]) rig.person({ kind: "lift", line });
  await rig.run(200);
  for (const line of [1, 2]) {
    const owner = { kind: "line", line } as const;
    rig.send({ kind: "media", command: { kind: "open", session: `s${line}`, owner } });
  }
  await rig.run(10);
  const [local1, local2] = [1, 2].map((line) => localOf(rig, `s${line}`));
  if (local1 === undefined || local2 === undefined) throw new Error("both are open");
  return [local1, local2] as const;
}

function localOf(rig: Rig, session: string) {
  for (const event of rig.events) {
    if (event.kind !== "media" || event.event.kind !== "opened") continue;
    if (event.event.session === session) return event.event.local;
  }
  return undefined;
}

function flowTo(remote: { readonly host: string; readonly port: number }) {
  return {
    remote,
    remoteRtcp: { host: remote.host, port: remote.port + 1 },
    codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
    send: true,
    receive: true,
  };
}

describe("createWorkerHost()", () => {
  it("tells a bug in the worker as fatal, with the ringing stopped", async () => {
    const make = hosts.find((host) => host.name === "worker")?.make;
    if (make === undefined) throw new Error("there is a worker host");
    const rig = new Rig(await make());
    await rig.start();
    rig.send({ kind: "line", line: 1, command: { kind: "ring" } });
    await rig.run(500);
    // No program of ours sends this: it stands for a bug, and trips an invariant.
    const bogus = { kind: "media", command: { kind: "flow", session: 7 } };
    rig.send({ kind: "line", line: 1, command: bogus as never });
    await rig.run(500);
    const fatal = rig.events.find((event) => event.kind === "fatal");
    expect(fatal?.kind === "fatal" && fatal.reason).toContain("unreachable");
    expect(rig.seen("board").join()).toContain("ringing-stopped");
    await rig.host.stop();
  });
});
