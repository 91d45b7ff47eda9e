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

  it("has SPI and serial ports, which say what to do where there is no device", async () => {
    const board = await openBoard({ module: "linux", lineCount: 1, options: {} }, () => {});
    const { spi, serial } = board.ports;
    const options = { mode: 0, clockHz: 1_000_000, deselectsBetweenBytes: true } as const;
    const faults: unknown[] = [];
    const note = (error: unknown): void => {
      faults.push(error instanceof PortError && error.fault);
    };
    await spi?.open("/dev/spidev98.7", options).catch(note);
    await serial?.open("/dev/ttyNone", 921_600, { onBytes() {}, onFault() {} }).catch(note);
    const kind: unknown = expect.stringMatching(/^(not-found|unsupported)$/);
    expect(faults).toMatchObject([
      { kind, advice: expect.stringMatching(/dtparam=spi=on|npm install koffi/) },
      { kind, advice: expect.stringMatching(/plug it in|npm install serialport/) },
    ]);
    board.close();
  });
});
