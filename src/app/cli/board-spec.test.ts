import { describe, expect, it } from "vitest";
import { boardSpec } from "./board-spec.ts";
import type { CommandOptions } from "./command-line.ts";
import { type ReadConfig, readConfig } from "./read-config.ts";

const none: CommandOptions = { virtual: false, json: false };

async function read(board: string, lines?: ReadConfig["user"]["lines"]): Promise<ReadConfig> {
  const result = await readConfig(
    { ...none, board },
    () => "token",
    (user) => (lines === undefined ? user : { ...user, lines }),
  );
  if (!result.ok) throw new Error(result.error.join("\n"));
  return result.value;
}

describe("boardSpec()", () => {
  it("names the module, the lines and their phones", async () => {
    const lines = [
      { number: "1", country: "de" },
      { number: "2", phone: "rotary" },
    ] as const;
    expect(boardSpec(await read("hw-sim", lines))).toMatchObject({
      module: "tipring/hw-sim",
      lineCount: 2,
      options: {
        phones: [
          { kind: "touch-tone", country: "de", callerIdParts: { signal: { kind: "fsk" } } },
          { kind: "rotary" },
        ],
      },
    });
  });

  it("tells the levels of each sound channel that has any, and the pins with PWM", async () => {
    const levels = { captureFullScaleDbm0: 2.5, playbackFullScaleDbm0: 6 };
    const config = await read("hw-sim", [
      { number: "1", sound: "hw:7,0", levels },
      { number: "2" },
    ]);
    const pwm = { GPIO12: { devices: ["fe20c000.pwm"], channel: 0 } };
    const spec = boardSpec({ ...config, board: { ...config.board, pwm } });
    expect(spec.options).toMatchObject({ pwm, levels: { "hw:7,0": levels } });
    expect(Object.keys(Object(spec.options["levels"]))).toEqual(["hw:7,0"]);
  });
});
