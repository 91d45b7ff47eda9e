import { describe, expect, it } from "vitest";
import type { SimTold } from "../../src/base/sim-messages.ts";
import { countryProfile, displayModem } from "../../src/fxs/index.ts";
import { createSameThreadHost } from "../../src/gateway/realtime/same-thread-host.ts";
import type { Board } from "../../src/hal/ports/board.ts";
import { BENCH_HOST, openBoard } from "../hw-sim/index.ts";

async function advance(board: Board, told: SimTold[], ms: number): Promise<void> {
  const before = told.length;
  board.receive({ kind: "advance", ms });
  const advanced = (): boolean => told.slice(before).some(({ kind }) => kind === "advanced");
  while (!advanced()) await Promise.resolve();
}

describe("the board that `tipring run` opens", () => {
  it("has telephones made for the country of their line", async () => {
    const profiles = ["us", "de"].map((code) => {
      const profile = countryProfile(code);
      if (!profile.ok) throw new Error(`the profile ${code} is missing`);
      return profile.value;
    });
    const told: SimTold[] = [];
    const board = await openBoard(
      {
        module: "tipring/hw-sim",
        lineCount: 2,
        options: {
          virtual: true,
          phones: profiles.map(({ code, callerId }) => ({
            kind: "touch-tone",
            country: code,
            callerIdModem: displayModem(callerId),
          })),
        },
      },
      (message) => void told.push(message as SimTold),
    );
    const host = createSameThreadHost(board);
    const lines = profiles.map((country, at) => ({
      line: at + 1,
      slic: {
        driver: "gpio-slic" as const,
        profile: "ag1171",
        pins: { fr: `line${at + 1}-fr`, rm: `line${at + 1}-rm`, shk: `line${at + 1}-shk` },
        ohtBias: true,
      },
      pcmChannel: `line${at + 1}`,
      country,
      pulseDialing: true,
      relaysDigits: true,
    }));
    await host.start(
      { lines, rtp: { host: BENCH_HOST, portMin: 20_000, portMax: 20_010 } },
      () => {},
    );
    for (const line of [1, 2]) board.receive({ kind: "lift", line });
    await advance(board, told, 200);
    for (const line of [1, 2]) {
      host.send({ kind: "line", line, command: { kind: "tone", tone: "dial" } });
    }
    await advance(board, told, 2000);
    // 350 + 440 Hz is no dial tone to a German, nor 425 Hz to an American.
    const heard = told.flatMap((one) =>
      one.kind === "phone" && one.observed.kind === "tone"
        ? [`${one.line}: ${one.observed.name}`]
        : [],
    );
    expect(heard.toSorted()).toEqual(["1: dial-tone", "2: dial-tone"]);
    await host.stop();
  });
});
