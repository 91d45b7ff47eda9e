import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { bench } from "../hw-sim/bench/bench.ts";
import { type CapturedDatagram, pcapFileHead, pcapRecord } from "../hw-sim/trace/pcap.ts";
import { call, talk } from "../scenarios/support/talk.ts";

const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";
const available = required || spawnSync("tshark", ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "tipring-tshark-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What tshark says of a capture. */
function tshark(file: string, ...words: readonly string[]): readonly string[] {
  const args = ["-n", "-r", file, "-o", "rtp.heuristic_rtp:TRUE", ...words];
  const ran = spawnSync("tshark", args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (ran.status !== 0) throw new Error(`tshark ended with ${ran.status}: ${ran.stderr}`);
  return ran.stdout.split("\n").filter((line) => line.trim() !== "");
}

/** A call with speech both ways and a digit, captured on the wire. */
async function captured(name: string, rtp: NonNullable<UserConfig["rtp"]>): Promise<string> {
  const datagrams: CapturedDatagram[] = [];
  const lab = await bench({
    seed: 11,
    config: { exchange: { transport: "udp" }, rtp },
    onDatagram: (one) => datagrams.push({ ...one, payload: one.payload.slice() }),
  });
  const [alice, bob] = lab.phones;
  await call(alice, "102", bob);
  await talk(lab, alice, bob, { delayUnderMs: 100, correlationOver: 0.6 });
  await alice.dials("5");
  // Long enough for reports of both sides.
  await lab.world.advance(8000);
  alice.hang();
  bob.hang();
  await lab.world.advance(2000);
  await lab.stop();
  const records = datagrams.map((one) => {
    const record = pcapRecord(one);
    if (!record.ok) throw new Error(record.error);
    return record.value;
  });
  const file = join(folder, `${name}.pcap`);
  writeFileSync(file, Buffer.concat([pcapFileHead(), ...records]));
  return file;
}

describe.skipIf(!available)("[media.tshark] our streams as tshark reads them", () => {
  it.each([
    { name: "pcmu", rtp: {} },
    { name: "pcma-10", rtp: { codecs: ["PCMA"], ptimeMs: 10 } },
    { name: "g722-30", rtp: { codecs: ["G722"], ptimeMs: 30 } },
    { name: "opus", rtp: { codecs: ["opus"] } },
    { name: "l16", rtp: { codecs: ["L16"] } },
    { name: "g726-32-40", rtp: { codecs: ["G726-32"], ptimeMs: 40 } },
    { name: "red", rtp: { redundancy: 2 } },
    { name: "silence", rtp: { silenceSuppression: true } },
    { name: "xr-mux", rtp: { rtcpXr: true, rtcpMux: true } },
    { name: "srtp", rtp: { srtp: "required" } },
  ] as const)("$name: nothing malformed, no packet missing or out of order", async (row) => {
    const rtp = { ...row.rtp, ...("codecs" in row.rtp ? { codecs: [...row.rtp.codecs] } : {}) };
    const file = await captured(row.name, rtp);
    expect(tshark(file, "-Y", "_ws.malformed || _ws.expert.severity == error")).toEqual([]);
    expect(tshark(file, "-Y", "rtp").length).toBeGreaterThan(200);
    if (row.name !== "srtp") expect(tshark(file, "-Y", "rtcp").length).toBeGreaterThan(2);
    if (row.name === "red") {
      // The digit and its copies: three ends of it at the least.
      expect(tshark(file, "-Y", "rtpevent.end_of_event == 1").length).toBeGreaterThanOrEqual(3);
    }
    if (row.name === "xr-mux") {
      expect(tshark(file, "-Y", "rtcp.xr.bt == 7").length).toBeGreaterThan(0);
      expect(tshark(file, "-Y", "rtcp.xr.bt == 1").length).toBeGreaterThan(0);
    }
    const streams = tshark(file, "-q", "-z", "rtp,streams").filter((line) =>
      /0x[0-9A-F]{8}/i.test(line),
    );
    expect(streams.length).toBeGreaterThanOrEqual(2);
    for (const line of streams) expect(line).toMatch(/ 0 \(0\.0%\) /);
  });
});
