import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDemo } from "../hw-sim/index.ts";
import { isPeerMissing } from "./support/programs.ts";

/** Packets whose two sums tshark has worked out and found right. */
const GOOD_SUM = "udp.checksum.status == 1 && ip.checksum.status == 1";

/** What the simulated world leaves behind is read by the programs that engineers read it with. */
describe.skipIf(isPeerMissing("tshark", "sox"))("a recorded call", () => {
  const folder = mkdtempSync(join(tmpdir(), "tipring-viewers-"));
  const inFolder = (name: string): string => join(folder, name);
  const run = (program: string, ...words: string[]): string =>
    execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

  beforeAll(async () => {
    const { result, files } = await runDemo({
      ...{ seed: 3, virtual: true, phone: "rotary", record: true },
    });
    expect(result.ok).toBe(true);
    const { recorded } = files;
    if (recorded === undefined) throw new Error("nothing was recorded");
    writeFileSync(inFolder("call.pcapng"), recorded.pcapng);
    for (const [at, wire] of recorded.wires.entries()) {
      writeFileSync(inFolder(`line${at + 1}.wav`), wire);
    }
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is SIP and RTP for tshark, without a malformed packet", () => {
    const fields = ["-T", "fields", "-e", "sip.Method", "-e", "sip.Status-Code"];
    const sip = run("tshark", "-r", inFolder("call.pcapng"), "-Y", "sip", ...fields);
    for (const word of ["REGISTER", "INVITE", "ACK", "BYE", "180", "200"]) {
      expect(sip).toContain(word);
    }
    const rtp = run("tshark", "-r", inFolder("call.pcapng"), "-q", "-z", "rtp,streams");
    const streams = rtp.split("\n").filter((line) => line.includes("g711U"));
    expect(streams.length).toBeGreaterThanOrEqual(2);
    const bad = "_ws.malformed || udp.checksum.status == 0 || ip.checksum.status == 0";
    const check = ["-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    const shown = run("tshark", "-r", inFolder("call.pcapng"), ...check, "-Y", bad);
    expect(shown).toBe("");
    const good = run("tshark", "-r", inFolder("call.pcapng"), ...check, "-Y", GOOD_SUM);
    expect(good.split("\n").length).toBeGreaterThan(500);
  });

  it("is audio of both ways of each line for sox", () => {
    for (const line of [1, 2]) {
      const file = inFolder(`line${line}.wav`);
      expect(run("soxi", "-r", file).trim()).toBe("8000");
      expect(run("soxi", "-c", file).trim()).toBe("2");
      expect(Number(run("soxi", "-D", file))).toBeGreaterThan(10);
      for (const channel of ["1", "2"]) {
        // Its statistics go to standard error; `-n` throws the sound away.
        const command = `sox ${file} -n remix ${channel} stat 2>&1`;
        const rms = /RMS\s+amplitude:\s+([\d.]+)/.exec(run("sh", "-c", command))?.[1];
        expect(Number(rms)).toBeGreaterThan(0.005);
      }
    }
  });
});
