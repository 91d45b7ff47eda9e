import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { latin1FromBytes } from "../../src/base/bytes.ts";
import type { FaxEngine } from "../../src/base/fax-engine.ts";
import { loadSpandspFax } from "../../src/hal/linux/index.ts";
import { type IfpPacket, parseIfp, printIfp } from "../../src/media/fax/ifp.ts";
import {
  IFP_FIELD_TYPES,
  IFP_FIELD_TYPES_ROOT,
  T30_DATA_TYPES,
  T30_INDICATORS,
} from "../../src/media/fax/ifp-names.ts";
import { printUdptl, UDPTL_LIMITS } from "../../src/media/fax/udptl.ts";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, pause, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import { type CapturedDatagram, pcapFileHead, pcapRecord } from "../hw-sim/trace/pcap.ts";
import type { LinkConditions } from "../hw-sim/world/link.ts";
import { createRandomStream } from "../hw-sim/world/random-stream.ts";
import {
  ANSWER_OF_BOX,
  FAR_HOST,
  FAR_SERVER,
  type FarEnd,
  farEndFirst,
  INVITE_OF_BOX,
  inOurDialog,
  inTheirDialog,
  inviteTo,
  sdp,
  withSdp,
} from "../scenarios/support/far-end.ts";
import { plugFax } from "./fax-at-line.ts";
import { FaxMachine, faxAvailable } from "./fax-machine.ts";
import { type FaxPage, pageByWire, readPage } from "./fax-page.ts";
import { judgesAvailable } from "./line-judges.ts";
import { T38Judge, T38Terminal, type TerminalOptions } from "./t38-terminal.ts";

const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";
const root = process.env["TIPRING_VECTORS"] ?? "../shared/vectors";
const page = resolve(root, "media/fax/ast_1page.tif");
const available = faxAvailable && judgesAvailable && (existsSync(page) || required);
const hasTshark = required || spawnSync("tshark", ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "tipring-t38-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FAX_PORT = 40_010;
const CALL_LIMIT_MS = 180_000;

type Correction = TerminalOptions["correction"];

/** What the far end says of its T.38. */
function imageSdp(version: number, correction: Correction): string {
  return [
    "v=0",
    `o=far 4711 5 IN IP4 ${FAR_HOST}`,
    "s=-",
    `c=IN IP4 ${FAR_HOST}`,
    "t=0 0",
    `m=image ${FAX_PORT} udptl t38`,
    `a=T38FaxVersion:${version}`,
    "a=T38MaxBitRate:14400",
    "a=T38FaxRateManagement:transferredTCF",
    "a=T38FaxMaxBuffer:1800",
    "a=T38FaxMaxDatagram:1200",
    `a=T38FaxUdpEC:${correction === "fec" ? "t38UDPFEC" : "t38UDPRedundancy"}`,
    "",
  ].join("\r\n");
}

/** What the box names as its port for the fax. */
const IMAGE_PORT = /[\s\S]*\r\nm=image (?<fax>\d+) udptl t38\r\n/;
const IMAGE_ANSWER = new RegExp(`^SIP/2\\.0 200 ${IMAGE_PORT.source}`);
const IMAGE_OFFER = new RegExp(`^INVITE ${IMAGE_PORT.source}`);

/** The page as it arrives over a wire: so it is to arrive over everything else. */
let original: FaxPage | undefined;
let engine: FaxEngine | undefined;
let judge: T38Judge | undefined;
beforeAll(async () => {
  if (!available) return;
  engine = await loadSpandspFax();
  judge = new T38Judge();
  original = pageByWire(page, join(folder, "original.tif"));
  expect(original).toMatchObject({ width: 1728, rows: expect.any(Number) });
  expect(original.image.length).toBeGreaterThan(20_000);
});
afterAll(() => judge?.close());

/** What there is, once the suite is not skipped. */
function tools(): { readonly engine: FaxEngine; readonly judge: T38Judge } {
  if (engine === undefined || judge === undefined) throw new Error("spandsp is not there");
  return { engine, judge };
}

interface Row {
  readonly ecm: boolean;
  readonly version: 0 | 1 | 2 | 3;
  readonly correction: Correction;
  readonly lossPercent: number;
}

/** A box whose line speaks T.38, with a registrar that is no code of ours. */
async function lineAndServer({ version, correction }: Row): Promise<[Bench, FarEnd]> {
  const place = farEndFirst();
  const lab = await bench({
    seed: 38,
    fax: tools().engine,
    config: { registrar: FAR_SERVER, rtp: { fax: "t38", t38: { version, correction } } },
    prepare: place.prepare,
  });
  return [lab, place.get()];
}

function losesOf({ lossPercent }: Row): () => boolean {
  const random = createRandomStream(7, "udptl");
  return () => random.float() < lossPercent / 100;
}

async function bothHungUp(lab: Bench, terminal: T38Terminal, hasHung: () => boolean) {
  const over = (): boolean => hasHung() && !terminal.isActive;
  expect(await lab.world.waitUntil(over, CALL_LIMIT_MS)).toBe(true);
}

/** The page goes out from the line: the far terminal is called, and moves the call to T.38. */
async function sends(row: Row, file: string) {
  const [lab, far] = await lineAndServer(row);
  const [alice] = lab.phones;
  const { ecm, version, correction } = row;
  far.run(
    expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
    reply("200 OK", withSdp(sdp())),
    expectMessage(/^ACK /),
    pause(1500),
    send(inTheirDialog("INVITE", imageSdp(version, correction))),
    expectMessage(IMAGE_ANSWER),
    send(inTheirDialog("ACK")),
  );
  await alice.calls("555");
  await far.reaches(2);
  const machine = new FaxMachine({ calling: true, file: page, ecm });
  const hasHung = plugFax(alice, machine);
  await far.passes();
  const options = { calling: false, file, ecm, version, correction };
  const terminal = new T38Terminal(tools().judge, lab, options, losesOf(row));
  const port = Number(far.sip.substitution("fax"));
  far.run(expectMessage(/^BYE /, { timeoutMs: CALL_LIMIT_MS }), reply("200 OK"));
  await terminal.start({ host: FAR_HOST, port: FAX_PORT }, { host: BENCH_HOST, port });
  await bothHungUp(lab, terminal, hasHung);
  return finish(lab, far, machine, terminal);
}

/** The page comes in to the line, whose machine answers: our box moves the call to T.38. */
async function receives(row: Row, file: string) {
  const [lab, far] = await lineAndServer(row);
  const [alice] = lab.phones;
  const { ecm, version, correction } = row;
  far.run(
    send(inviteTo("101", sdp())),
    expectMessage(/^SIP\/2\.0 180 /),
    expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
    send(inOurDialog("ACK", "101")),
    expectMessage(IMAGE_OFFER, { timeoutMs: 30_000 }),
    reply("200 OK", withSdp(imageSdp(version, correction)), "INVITE"),
    expectMessage(/^ACK /),
  );
  await alice.rings();
  alice.lift();
  const machine = new FaxMachine({ calling: false, file, ecm });
  const hasHung = plugFax(alice, machine);
  await far.passes();
  const options = { calling: true, file: page, ecm, version, correction };
  const terminal = new T38Terminal(tools().judge, lab, options, losesOf(row));
  const port = Number(far.sip.substitution("fax"));
  far.run(expectMessage(/^BYE /, { timeoutMs: CALL_LIMIT_MS }), reply("200 OK"));
  await terminal.start({ host: FAR_HOST, port: FAX_PORT }, { host: BENCH_HOST, port });
  await bothHungUp(lab, terminal, hasHung);
  return finish(lab, far, machine, terminal);
}

async function finish(lab: Bench, far: FarEnd, machine: FaxMachine, terminal: T38Terminal) {
  await far.passes();
  await lab.world.advance(3000);
  const { figures, malformed, lost } = terminal;
  terminal.close();
  const [record] = lab.records;
  const told = lab.logs.map(({ text }) => text);
  await lab.stop();
  return { line: machine.figures, terminal: figures, malformed, lost, record, told };
}

const ROWS = [
  { ecm: true, version: 0, correction: "redundancy", lossPercent: 0 },
  { ecm: false, version: 3, correction: "redundancy", lossPercent: 0 },
  { ecm: true, version: 3, correction: "redundancy", lossPercent: 2 },
  { ecm: false, version: 0, correction: "redundancy", lossPercent: 2 },
  { ecm: false, version: 1, correction: "fec", lossPercent: 2 },
] as const satisfies readonly Row[];

describe.skipIf(!available)("[media.fax] T.38 between our gateway and a spandsp terminal", () => {
  it.each(ROWS)(
    "sent, $lossPercent % loss, $correction, version $version, ECM $ecm",
    async (row) => {
      const file = join(folder, `sent-${ROWS.indexOf(row)}.tif`);
      const { line, terminal, malformed, lost, record, told } = await sends(row, file);
      expect(line).toMatchObject({ pagesSent: 1, status: 0 });
      expect(terminal).toMatchObject({ pagesReceived: 1, badRows: 0, status: 0, ecm: row.ecm });
      expect(terminal.bitRate).toBeGreaterThanOrEqual(9600);
      expect(readPage(file)).toEqual(original);
      expect(malformed).toBe(0);
      expect(record).toMatchObject({ codec: "T38", media: { fax: { pages: 1, malformed: 0 } } });
      expect(told).toContain("The fax goes over T.38.");
      if (row.lossPercent > 0) {
        expect(lost).toBeGreaterThan(10);
        expect(terminal.recovered).toBeGreaterThan(10);
      }
    },
  );

  it.each(ROWS)(
    "received, $lossPercent % loss, $correction, version $version, ECM $ecm",
    async (row) => {
      const file = join(folder, `received-${ROWS.indexOf(row)}.tif`);
      const { line, terminal, malformed, lost, record, told } = await receives(row, file);
      expect(line).toMatchObject({ pagesReceived: 1, badRows: 0, status: 0 });
      expect(terminal).toMatchObject({ pagesSent: 1, status: 0 });
      expect(line.bitRate).toBeGreaterThanOrEqual(9600);
      expect(readPage(file)).toEqual(original);
      expect(malformed).toBe(0);
      expect(record).toMatchObject({ codec: "T38", media: { fax: { pages: 1, malformed: 0 } } });
      expect(told).toContain("The far end is asked to take the fax over T.38.");
      if (row.lossPercent > 0) {
        expect(lost).toBeGreaterThan(10);
        expect(record?.media?.fax?.packetsRecovered ?? 0).toBeGreaterThan(10);
      }
    },
  );
});

/** Writes what crossed the wire as viewers read it. */
function capture(name: string, wire: readonly CapturedDatagram[]): string {
  const file = join(folder, `${name}.pcap`);
  const records = wire.map((one) => {
    const record = pcapRecord(one);
    if (!record.ok) throw new Error(record.error);
    return record.value;
  });
  writeFileSync(file, Buffer.concat([pcapFileHead(), ...records]));
  return file;
}

/** What tshark says of a capture. */
function tshark(file: string, ...words: readonly string[]): readonly string[] {
  const ran = spawnSync("tshark", ["-n", "-r", file, ...words], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (ran.status !== 0) throw new Error(`tshark ended with ${ran.status}: ${ran.stderr}`);
  return ran.stdout.split("\n").filter((line) => line.trim() !== "");
}

/** A page from line 1 to line 2, through the embedded exchange; what crossed the wire. */
async function lineToLine(
  correction: Correction,
  network: Partial<LinkConditions>,
  more: NonNullable<UserConfig["rtp"]>["t38"] = {},
  ecm = true,
) {
  const wire: CapturedDatagram[] = [];
  const lab = await bench({
    seed: 39,
    phones: ["touch-tone", "touch-tone"],
    fax: tools().engine,
    config: { exchange: { transport: "udp" }, rtp: { fax: "t38", t38: { correction, ...more } } },
    network,
    onDatagram: (one) => wire.push({ ...one, payload: one.payload.slice() }),
  });
  const [alice, bob] = lab.phones;
  await alice.calls("102");
  await bob.rings();
  bob.lift();
  await lab.world.advance(500);
  const file = join(folder, `line-to-line-${correction}-${JSON.stringify(network)}.tif`);
  const machines = [
    new FaxMachine({ calling: true, file: page, ecm }),
    new FaxMachine({ calling: false, file, ecm }),
  ] as const;
  const hung = [plugFax(alice, machines[0]), plugFax(bob, machines[1])];
  await lab.world.waitUntil(() => hung.every((has) => has()), CALL_LIMIT_MS);
  await lab.world.advance(5000);
  const { records } = lab;
  await lab.stop();
  return { sent: machines[0].figures, received: machines[1].figures, records, wire, file };
}

describe.skipIf(!available)("[media.fax] T.38 from one line of a box to another", () => {
  it.each([
    { what: "no loss", correction: "redundancy", network: {} },
    { what: "2 % loss", correction: "redundancy", network: { lossRatio: 0.02 } },
    { what: "2 % loss, parities", correction: "fec", network: { lossRatio: 0.02 } },
    {
      what: "loss, copies, another order, 20 to 60 ms on the way",
      correction: "redundancy",
      network: {
        lossRatio: 0.02,
        duplicateRatio: 0.05,
        reorderRatio: 0.05,
        reorderByMs: 30,
        latencyMs: 20,
        jitterMs: 40,
      },
    },
  ] as const)("$what: the page is intact", async ({ correction, network }) => {
    const { sent, received, records, file } = await lineToLine(correction, network);
    expect(sent).toMatchObject({ pagesSent: 1, status: 0 });
    expect(received).toMatchObject({ pagesReceived: 1, badRows: 0, status: 0 });
    expect(readPage(file)).toEqual(original);
    expect(records.map(({ codec }) => codec)).toEqual(["T38", "T38"]);
  });

  it("without error correction and without fill bits: the page is intact", async () => {
    const more = { fillBitRemoval: true };
    const { received, wire, file } = await lineToLine("redundancy", {}, more, false);
    expect(received).toMatchObject({ pagesReceived: 1, badRows: 0, status: 0 });
    expect(readPage(file)).toEqual(original);
    const agreed = wire.filter(({ payload }) =>
      latin1FromBytes(payload).includes("a=T38FaxFillBitRemoval\r\n"),
    );
    expect(agreed.length).toBe(4);
  });

  it.skipIf(!hasTshark)("tshark reads it all: T.38 by the SDP, nothing malformed", async () => {
    const { wire, received } = await lineToLine("redundancy", {});
    expect(received.pagesReceived).toBe(1);
    const file = capture("line-to-line", wire);
    expect(tshark(file, "-Y", "_ws.malformed || _ws.expert.severity == error")).toEqual([]);
    expect(tshark(file, "-Y", "t38").length).toBeGreaterThan(900);
    // The flags of V.21 before each command and answer.
    expect(tshark(file, "-Y", "t38.t30_indicator == 3").length).toBeGreaterThan(4);
  });
});

describe.skipIf(!available)("[media.fax] our T.38 packets are spandsp's, byte for byte", () => {
  const spandsp = (name: "indicator" | "data", ...args: readonly unknown[]): readonly number[] => {
    const out = new Uint8Array(256);
    const length = Number(tools().judge.calls[name]?.(...args, out));
    return [...out.subarray(0, length)];
  };
  it.each([0, 1, 2, 3] as const)("version %d: every indicator", (version) => {
    for (const [value, indicator] of T30_INDICATORS.entries()) {
      const theirs = spandsp("indicator", version, value);
      // It has none past the first sixteen in version 0, nor V.33's before version 3.
      if (theirs.length === 0) continue;
      const packet = { kind: "indicator", indicator } as const;
      expect([...(printIfp(packet, version) ?? [])]).toEqual(theirs);
      const parsed = parseIfp(Uint8Array.from(theirs), version);
      expect(parsed).toEqual({ ok: true, value: { packet, length: theirs.length } });
    }
  });

  it.each([0, 1, 2, 3] as const)("version %d: every data type with every piece", (version) => {
    const data = Uint8Array.from([1, 2, 3]);
    let compared = 0;
    for (const [typeValue, type] of T30_DATA_TYPES.entries()) {
      // Of V.8's messages it writes the number otherwise than PER has it, and than tshark reads it.
      for (const [value, field] of IFP_FIELD_TYPES.slice(0, IFP_FIELD_TYPES_ROOT).entries()) {
        const theirs = spandsp("data", version, typeValue, value, value, data, data.length);
        if (theirs.length === 0) continue;
        compared++;
        const fields = [{ type: field, data }, { type: field }];
        const packet = { kind: "data", type, fields } as const;
        expect([...(printIfp(packet, version) ?? [])]).toEqual(theirs);
        const parsed = parseIfp(Uint8Array.from(theirs), version);
        expect(parsed).toEqual({ ok: true, value: { packet, length: theirs.length } });
      }
    }
    expect(compared).toBeGreaterThanOrEqual(72);
  });
});

describe.skipIf(!hasTshark)("[media.fax] tshark reads every value of ours by its name", () => {
  /** It writes some names with capitals, and one without its hyphen. */
  const plain = (name: string): string => name.toLowerCase().replaceAll("-", "");
  it.each([0, 3] as const)("version %d", (version) => {
    const data = Uint8Array.from([1, 2, 3]);
    const named: readonly (readonly [string, IfpPacket])[] = [
      ...T30_INDICATORS.map((name) => [name, { kind: "indicator", indicator: name }] as const),
      ...T30_DATA_TYPES.map((type) => [type, { kind: "data", type, fields: [] }] as const),
      ...IFP_FIELD_TYPES.map((type) => {
        const fields = [{ type, data }];
        return [type, { kind: "data", type: "v29-9600", fields }] as const;
      }),
    ];
    const written = named.flatMap(([name, packet]) => {
      const bytes = printIfp(packet, version);
      return bytes === undefined ? [] : [{ name, bytes }];
    });
    const from = { host: FAR_HOST, port: FAX_PORT };
    const wire = written.map(({ bytes: primary }, sequence) => {
      const recovery = { kind: "redundancy", packets: [] } as const;
      const out = new Uint8Array(UDPTL_LIMITS.bytes);
      const payload = printUdptl({ sequence, primary, recovery }, out).slice();
      return { wallMs: sequence, from, to: { host: BENCH_HOST, port: FAX_PORT }, payload };
    });
    const isOld = version === 0 ? "TRUE" : "FALSE";
    const lines = tshark(
      capture(`names-${version}`, wire),
      ...["-d", `udp.port==${FAX_PORT},t38`],
      ...["-o", `t38.use_pre_corrigendum_asn1_specification:${isOld}`],
      "-V",
    );
    const text = plain(lines.join("\n"));
    for (const { name } of written) expect(text).toContain(`: ${plain(name)} (`);
    expect(written).toHaveLength(version === 0 ? 33 : 50);
  });
});
