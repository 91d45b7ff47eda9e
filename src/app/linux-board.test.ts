import { describe, expect, it } from "vitest";
import { PortError } from "../base/port-fault.ts";
import { openBoard } from "./linux-board.ts";

describe("openBoard() of a Linux board", () => {
  it("has a sound port, which says what a person can do where there is no card", async () => {
    const board = await openBoard({ module: "linux", lineCount: 1, options: {} }, () => {});
    const quiet = { onFrame: () => {}, onFault: () => {} };
    const channel = "plughw:CARD=NoSuchCard,DEV=0";
    const outcome = await board.ports.pcm.open(channel, quiet).catch((reason: unknown) => reason);
    const fault = outcome instanceof PortError ? outcome.fault : undefined;
    // Which of the two depends on whether this machine has ALSA at all.
    expect(["not-found", "unsupported"]).toContain(fault?.kind);
    expect(fault?.what).toContain("NoSuchCard");
    expect(fault?.advice).toMatch(/\/proc\/asound\/cards|npm install koffi.*alsa-utils/);
    board.close();
  });
});
