import { describe, expect, it } from "vitest";
import { PortError, type PortFaultKind } from "../../base/port-fault.ts";
import { createCardOpener, createPcm } from "./alsa-pcm.ts";
import type { OpenSoundCard } from "./sound-card.ts";
import { channelsFor, parseSoundChannel } from "./sound-channel.ts";
import { OWN_FULL_SCALE_DBM0 } from "./sound-levels.ts";
import { FakeSoundCard } from "./testing/fake-sound-card.ts";
import { HandClock } from "./testing/hand-clock.ts";

const quiet = { onFrame: () => {}, onFault: () => {} };

const refusal = (kind: PortFaultKind, advice: string): PortError =>
  new PortError({ kind, what: "sound", advice });

function setUp() {
  const clock = new HandClock();
  const cards: { name: string; channels: readonly number[]; card: FakeSoundCard }[] = [];
  const openCard: OpenSoundCard = async (name, channels) => {
    if (name === "none") throw refusal("not-found", "none");
    const card = new FakeSoundCard(clock, { channels: channels[0] ?? 1 });
    cards.push({ name, channels, card });
    return card;
  };
  const pcm = createPcm({ clock, openCard });
  const kind = async (channel: string): Promise<string> => {
    const outcome = await pcm.open(channel, quiet).catch((reason: unknown) => reason);
    return outcome instanceof PortError ? outcome.fault.kind : "opened";
  };
  return { clock, cards, pcm, kind };
}

describe("parseSoundChannel()", () => {
  it.each([
    ["default", "default", "whole"],
    ["plughw:CARD=Device,DEV=0", "plughw:CARD=Device,DEV=0", "whole"],
    ["hw:1,0#left", "hw:1,0", "left"],
    ["hw:1,0#right", "hw:1,0", "right"],
    ["a#left#right", "a#left", "right"],
    ["hw:1,0#middle", "hw:1,0#middle", "whole"],
    ["#left", "", "left"],
    ["", "", "whole"],
  ])("%j", (name, card, side) => {
    expect(parseSoundChannel(name)).toEqual({ card, side });
  });

  it("a line of its own does with one channel or two, half a card needs two", () => {
    expect([channelsFor("whole"), channelsFor("left"), channelsFor("right")]).toEqual([
      [1, 2],
      [2],
      [2],
    ]);
  });
});

describe("createPcm()", () => {
  it("two lines share a stereo card, others have their own", async () => {
    const { cards, pcm } = setUp();
    const opened = await Promise.all(
      ["a#left", "b", "a#right"].map((channel) => pcm.open(channel, quiet)),
    );
    expect(opened.map((stream) => stream.frameSamples)).toEqual([80, 80, 80]);
    expect(cards.map(({ name, channels }) => [name, channels])).toEqual([
      ["a", [2]],
      ["b", [1, 2]],
    ]);
  });

  it("each channel has its own levels, and tells nothing of its delay before it runs", async () => {
    const clock = new HandClock();
    const pcm = createPcm({
      clock,
      openCard: async (_, channels) =>
        new FakeSoundCard(clock, { channels: channels[0] ?? 1, said: () => 1000 }),
      levels: { "a#left": { captureFullScaleDbm0: OWN_FULL_SCALE_DBM0 - 20 } },
    });
    const heard = new Map<string, number>();
    for (const channel of ["a#left", "a#right"]) {
      const stream = await pcm.open(channel, {
        onFrame: (captured) => heard.set(channel, captured[5] ?? 0),
        onFault: (fault) => expect.fail(fault.what),
      });
      expect([stream.bulkDelaySamples, stream.driftPpm]).toEqual([undefined, undefined]);
      stream.start();
    }
    clock.runFor(50);
    expect(Object.fromEntries(heard)).toEqual({ "a#left": 100, "a#right": 1000 });
  });

  it("a channel that another line has is busy, until it is closed", async () => {
    const { cards, pcm, kind } = setUp();
    const left = await pcm.open("a#left", quiet);
    expect(await Promise.all(["a#left", "a"].map(kind))).toEqual(["busy", "busy"]);
    left.close();
    expect([await kind("a"), cards.length, cards[0]?.card.journal]).toEqual([
      "opened",
      2,
      ["close"],
    ]);
  });

  it("a card that could not be opened is tried again at the next time", async () => {
    const { kind } = setUp();
    expect([await kind("none"), await kind("none")]).toEqual(["not-found", "not-found"]);
  });

  it("a card that went away is opened anew, also while a line has the old one", async () => {
    const { clock, cards, pcm } = setUp();
    const left = await pcm.open("a#left", quiet);
    const first = cards[0]?.card;
    if (first !== undefined) first.fault = { kind: "gone", what: "card", advice: "" };
    left.start();
    let frames = 0;
    const right = await pcm.open("a#right", { ...quiet, onFrame: () => frames++ });
    left.close();
    right.start();
    clock.runFor(100);
    expect([cards.length, frames]).toEqual([2, 10]);
  });
});

describe("createCardOpener()", () => {
  const clock = new HandClock();
  const journal: string[] = [];
  const opener =
    (name: string): OpenSoundCard =>
    async () => {
      journal.push(name);
      return new FakeSoundCard(clock);
    };
  const absent: OpenSoundCard = async () => {
    throw refusal("unsupported", "install alsa-utils");
  };
  const noLibrary = async (): Promise<OpenSoundCard> => {
    journal.push("looked");
    throw refusal("unsupported", "install koffi");
  };

  it("takes the library where it is there", async () => {
    journal.length = 0;
    const open = createCardOpener({
      library: async () => opener("library"),
      programs: opener("programs"),
    });
    await open("a", [1]);
    expect(journal).toEqual(["library"]);
  });

  it("takes the programs where it is not, having looked once", async () => {
    journal.length = 0;
    const open = createCardOpener({ library: noLibrary, programs: opener("programs") });
    await open("a", [1]);
    await open("b", [1]);
    expect(journal).toEqual(["looked", "programs", "programs"]);
  });

  it("names both ways where there is neither", async () => {
    const open = createCardOpener({ library: noLibrary, programs: absent });
    await expect(open("a", [1])).rejects.toThrow("install koffi; or install alsa-utils");
  });

  it("what is wrong with the card is told as it is", async () => {
    const busy: OpenSoundCard = async () => {
      throw refusal("busy", "end it");
    };
    const open = createCardOpener({ library: noLibrary, programs: busy });
    await expect(open("a", [1])).rejects.toThrow("sound: busy; end it");
    const byLibrary = createCardOpener({ library: async () => busy, programs: opener("no") });
    await expect(byLibrary("a", [1])).rejects.toThrow("sound: busy; end it");
  });
});
