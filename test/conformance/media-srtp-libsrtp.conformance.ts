import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hexFromBytes } from "../../src/base/bytes.ts";
import { SRTP_SUITE_NAMES, type SrtpSuite, srtpMasterBytes } from "../../src/base/srtp-suites.ts";
import { ciphers } from "../../src/hal/node/index.ts";
import { SrtpSession } from "../../src/media/rtp/srtp/srtp-session.ts";
import { compileJudge, type Judge } from "./line-judges.ts";

const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";
const available =
  required ||
  spawnSync("gcc", ["-fsyntax-only", "-include", "srtp2/srtp.h", "-x", "c", "/dev/null"]).status ===
    0;

type Kind = "r" | "c" | "o" | "p";

/** Records as the judge reads them, in one row. */
function rowOf(records: readonly (readonly [Kind, Uint8Array])[]): Int16Array {
  const bytes: number[] = [];
  for (const [kind, packet] of records) {
    bytes.push(kind.charCodeAt(0), 0, packet.length >> 8, packet.length & 0xff, ...packet);
    if (packet.length % 2 === 1) bytes.push(0);
  }
  return new Int16Array(Uint8Array.from(bytes).buffer);
}

/** Packets of all lengths around a rollover of the numbers, some with more in the head. */
function packetsOf(): Uint8Array[] {
  return Array.from({ length: 120 }, (_, n) => {
    const sequence = (65_480 + n) & 0xffff;
    const csrcs = n % 7 === 3 ? 2 : 0;
    const extension = n % 5 === 2 ? [0xbe, 0xde, 0, 1, 1, 2, 3, 4] : [];
    const head = [
      0x80 | csrcs | (extension.length > 0 ? 0x10 : 0),
      8,
      sequence >> 8,
      sequence & 0xff,
    ];
    const stamps = [0, 0, n, 7, 0xca, 0xfe, 0xba, 0xbe];
    const lists = Array.from({ length: 4 * csrcs }, (__, at) => at);
    const payload = Array.from({ length: (n * 37) % 301 }, (__, at) => (at * n) & 0xff);
    return Uint8Array.from([...head, ...stamps, ...lists, ...extension, ...payload]);
  });
}

/** Receiver reports of so many words. */
const reportsOf = (): Uint8Array[] =>
  Array.from({ length: 20 }, (_, n) =>
    Uint8Array.from([0x80, 201, 0, n + 1, 0xca, 0xfe, 0xba, 0xbe, ...Array<number>(4 * n).fill(n)]),
  );

const master = (suite: SrtpSuite, seed: number): Uint8Array =>
  Uint8Array.from({ length: srtpMasterBytes(suite) }, (_, at) => (at * 29 + seed) & 0xff);

describe.skipIf(!available)("beside libsrtp [media.srtp]", () => {
  let judge: Judge;
  beforeAll(() => {
    judge = compileJudge("srtp-judge", "srtp2");
  });
  afterAll(() => judge.close());

  it.each(SRTP_SUITE_NAMES)("%s: the same bytes, and each opens the other's", (suite) => {
    const key = master(suite, 3);
    const ours = new SrtpSession({ suite, send: key, receive: key }, ciphers);
    const words = [suite, hexFromBytes(key)];
    const plain = [...packetsOf().map((one) => ["r", one] as const)];
    const reports = reportsOf().map((one) => ["c", one] as const);

    const theirs = judge.hear(rowOf([...plain, ...reports]), words);
    const sealed = [
      ...plain.map(([, packet]) => ours.protectRtp(packet)?.slice() ?? new Uint8Array()),
      ...reports.map(([, report]) => ours.protectRtcp(report)?.slice() ?? new Uint8Array()),
    ];
    expect(theirs).toHaveLength(140);
    expect(theirs.slice(0, 120)).toEqual(sealed.slice(0, 120).map((one) => hexFromBytes(one)));
    // Where the index of the first report is one more or less, both are right.
    const opened = judge.hear(
      rowOf(sealed.map((one, at) => [at < 120 ? "o" : "p", one] as const)),
      words,
    );
    const all = [...plain, ...reports].map(([, packet]) => hexFromBytes(packet));
    expect(opened).toEqual(all);
    const back = theirs.map((hex, at) => {
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      const out = at < 120 ? ours.openRtp(bytes) : ours.openRtcp(bytes);
      return out === undefined ? "refused" : hexFromBytes(out);
    });
    expect(back).toEqual(all);
  });

  it.each(SRTP_SUITE_NAMES)("%s: another key opens nothing", (suite) => {
    const ours = new SrtpSession(
      { suite, send: master(suite, 3), receive: master(suite, 3) },
      ciphers,
    );
    const sealed = packetsOf()
      .slice(0, 5)
      .map((packet) => ["o", ours.protectRtp(packet)?.slice() ?? new Uint8Array()] as const);
    const told = judge.hear(rowOf(sealed), [suite, hexFromBytes(master(suite, 4))]);
    expect(told).toHaveLength(5);
    for (const line of told) expect(line).toMatch(/^error /);
  });
});
