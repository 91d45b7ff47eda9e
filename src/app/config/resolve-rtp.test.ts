import { describe, expect, it } from "vitest";
import type { RtpConfig } from "../../gateway/realtime/realtime-config.ts";
import type { BoardFile } from "./board-file.ts";
import type { ConfigProblem } from "./config-problem.ts";
import { resolveRtp } from "./resolve-rtp.ts";
import type { UserConfig } from "./user-config.ts";

const board: BoardFile = { name: "b", title: "a board", module: "m", lines: [] };

/** What the real-time plane is told where a person has written so much of RTP. */
function told(rtp: UserConfig["rtp"] = {}): RtpConfig {
  const problems: ConfigProblem[] = [];
  const resolved = resolveRtp({ rtp }, "192.0.2.1", board, {}, problems);
  expect(problems).toEqual([]);
  return resolved;
}

describe("resolveRtp()", () => {
  it("has a value for all that nobody wrote", () => {
    expect(told()).toMatchObject({
      ...{ host: "192.0.2.1", portMin: 16384, portMax: 32767, dscp: 46, ice: false },
      ...{ jitter: { mode: "adaptive", minMs: 0, maxMs: 200 }, passesModems: true },
      digits: { minToneMs: 40, minPauseMs: 40 },
      opus: { bitrate: 20_000, complexity: 5, fec: true, dtx: false },
      engines: [],
    });
    expect(told()).not.toHaveProperty("g726Packing");
  });

  it.each([
    { rtp: { host: "192.0.2.9", portMin: 20_000 }, has: { host: "192.0.2.9", portMin: 20_000 } },
    { rtp: { dscp: 0 }, has: { dscp: 0 } },
    { rtp: { ice: "lite" }, has: { ice: true } },
    { rtp: { fax: "off" }, has: { passesModems: false } },
    { rtp: { g726Packing: "aal2" }, has: { g726Packing: "aal2" } },
    { rtp: { digits: { minToneMs: 70 } }, has: { digits: { minToneMs: 70, minPauseMs: 40 } } },
  ] as const)("$rtp is $has", ({ rtp, has }) => {
    expect(told(rtp)).toMatchObject(has);
  });
});
