import { describe, expect, it } from "vitest";
import { MemorySounds } from "../../../test/hw-sim/board/memory-sounds.ts";
import { World } from "../../../test/hw-sim/world/world.ts";
import type { LogEvent } from "../../base/log-event.ts";
import { MediaSession, PCMU } from "../../media/index.ts";
import { FrameBeats } from "./frame-beat.ts";
import { SessionSounds } from "./session-sounds.ts";

const REMOTE = { host: "192.0.2.1", port: 4000 };

function setUp(sounds?: MemorySounds) {
  const world = new World({ seed: 1 });
  const session = new MediaSession({
    session: "s",
    frameSamples: 80,
    ssrc: 1,
    firstSequence: 0,
    firstTimestamp: 0,
    cname: "c",
    wallAtZeroMs: 0,
    random: () => 0.5,
  });
  session.setFlow(
    {
      remote: REMOTE,
      remoteRtcp: REMOTE,
      codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 10 },
      send: true,
      receive: true,
    },
    0,
  );
  const sent: number[] = [];
  const logs: LogEvent[] = [];
  const ports = sounds === undefined ? {} : { sounds };
  const own = new SessionSounds(ports, "s", session, 80, new FrameBeats(world.clock), {
    carry: (output) => {
      if (output.kind !== "send" || output.channel !== "rtp") return;
      const out = new Int16Array(80);
      PCMU.createCodec().decode(output.bytes.subarray(12), out);
      sent.push(out[0] ?? 0);
    },
    log: (event) => logs.push(event),
  });
  /** What was asked for is loaded, then so many ms go by. */
  const run = async (ms: number): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    world.runUntil(world.clock.nowMs() + ms);
  };
  return { own, sent, logs, run };
}

/** Three frames, each of one value. */
const music = Int16Array.from({ length: 240 }, (_, at) => 1000 * (1 + Math.floor(at / 80)));

describe("SessionSounds", () => {
  it("play() sends a sound over and over, another in its place, and then nothing", async () => {
    const { own, sent, run } = setUp(new MemorySounds({ music, beep: music.subarray(160) }));
    own.play("music", true);
    await run(60);
    const [one = 0, two = 0, three = 0] = sent;
    expect([one, two, three].map((value) => Math.round(value / 100))).toEqual([10, 20, 30]);
    expect(sent).toEqual([one, two, three, one, two, three]);
    own.play("beep", false);
    await run(30);
    expect(sent.slice(6).map((value) => Math.round(value / 100))).toEqual([30, 0, 0]);
    own.play(undefined, false);
    await run(50);
    expect(sent).toHaveLength(9);
  });

  it("play() of what came too late is not played", async () => {
    const { own, sent, run } = setUp(new MemorySounds({ music }));
    own.play("music", true);
    own.close();
    await run(100);
    expect(sent).toEqual([]);
  });

  it("record() keeps frames from when the file is open until it is ended", async () => {
    const sounds = new MemorySounds();
    const { own, run } = setUp(sounds);
    own.write(Int16Array.of(9, 9));
    own.record(true);
    own.record(true);
    await run(0);
    own.write(Int16Array.of(1, 2));
    own.record(false);
    own.write(Int16Array.of(3, 4));
    expect(sounds.recorded.get("s")).toEqual([1, 2]);
    expect(sounds.closed).toEqual(["s"]);
    own.record(true);
    own.record(false);
    await run(0);
    expect(sounds.closed).toEqual(["s", "s"]);
  });

  it.each([
    { what: "no files", sounds: undefined, text: /unsupported/ },
    { what: "no such sound", sounds: new MemorySounds(), text: /not-found/ },
  ])("says so where there is $what", async ({ sounds, text }) => {
    const { own, logs, run } = setUp(sounds);
    own.play("music", true);
    await run(0);
    expect(logs.map((event) => event.text)).toEqual([expect.stringMatching(text)]);
  });
});
