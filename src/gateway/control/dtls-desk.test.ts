import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../base/log-event.ts";
import type { MediaCommand, MediaEvent, MediaFlow } from "../../base/media-messages.ts";
import type { DtlsSecurity, MediaSecurity } from "../../base/srtp-suites.ts";
import { HandClock } from "../../hal/drivers/testing/hand-clock.ts";
import { hashes } from "../../hal/node/index.ts";
import { ScriptedDtls } from "../../media/dtls-engine.fixture.ts";
import { ZERO_STATS } from "../../media/session-stats.ts";
import type { RealtimeHost } from "../realtime/host.ts";
import type { RealtimeCommand, RealtimeEvent } from "../realtime/messages.ts";
import { withDtls } from "./dtls-desk.ts";

const SUITES = ["AES_CM_128_HMAC_SHA1_80"] as const;
const REMOTE = { host: "192.0.2.1", port: 4000 };
const fingerprintOf = (name: string): string =>
  (hashes.sha256(Buffer.from(name)).toUpperCase().match(/../g) ?? []).join(":");
const THEIRS = fingerprintOf("theirs");

function flow(role: "active" | "passive", fingerprint = THEIRS): MediaFlow {
  return {
    remote: REMOTE,
    remoteRtcp: REMOTE,
    rtcpMux: true,
    codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
    send: true,
    receive: true,
    dtls: { role, fingerprints: [fingerprint] },
  };
}

async function setUp(isWanted = true) {
  const clock = new HandClock();
  const down: RealtimeCommand[] = [];
  const up: RealtimeEvent[] = [];
  const logs: LogEvent[] = [];
  let tell = (_event: RealtimeEvent): void => {};
  const plane: RealtimeHost = {
    async start(_config, onEvent) {
      tell = onEvent;
    },
    send: (command) => void down.push(command),
    async stop() {},
  };
  const engine = new ScriptedDtls("ours");
  const log = (event: LogEvent): void => void logs.push(event);
  const host = withDtls(plane, { engine, hashes, clock, log });
  const dtls = isWanted ? { dtls: { isFirst: true, suites: SUITES } } : {};
  const srtp = { policy: "required", suites: [], ...dtls } as const;
  const rtp = { host: "192.0.2.9", portMin: 1, portMax: 2, srtp };
  await host.start({ lines: [], rtp }, (event) => up.push(event));
  const media = (command: MediaCommand): void => host.send({ kind: "media", command });
  const come = (event: MediaEvent): void => tell({ kind: "media", event });
  const security: MediaSecurity = { policy: "required", keys: [] };
  const opened = { kind: "opened", session: "s", local: REMOTE } as const;
  const events = () => up.flatMap((one) => (one.kind === "media" ? [one.event] : []));
  const commands = () => down.flatMap((one) => (one.kind === "media" ? [one.command] : []));
  return {
    ...{ clock, host, engine, logs, media, come, tell: (one: RealtimeEvent) => tell(one) },
    ...{ events, commands, up, down },
    open: () => come({ ...opened, security }),
  };
}

/** What of our commands is DTLS, to be carried to the far end. */
function datagrams(commands: readonly MediaCommand[]) {
  return commands.flatMap((one) => (one.kind === "dtls" ? one.datagrams : []));
}

/** A far end that answers our handshake. */
function answers(desk: Awaited<ReturnType<typeof setUp>>, name: string): void {
  const server = new ScriptedDtls(name).associate("server", SUITES);
  for (let at = 0; at < 2; at++) {
    const bytes = datagrams(desk.commands())[at];
    for (const reply of bytes === undefined ? [] : server.take(bytes)) {
      desk.come({ kind: "dtls", session: "s", channel: "rtp", bytes: reply, from: REMOTE });
    }
  }
}

describe("withDtls()", () => {
  it("is the plane as it was where no keys by DTLS are wanted", async () => {
    const desk = await setUp(false);
    desk.open();
    desk.media({ kind: "flow", session: "s", flow: flow("active") });
    await desk.host.stop();
    expect(desk.events()[0]).not.toHaveProperty("security.dtls");
    expect(desk.commands()).toEqual([{ kind: "flow", session: "s", flow: flow("active") }]);
    expect(desk.engine.made).toBe(0);
  });

  it("tells our fingerprint with what may be negotiated, and not where nothing may", async () => {
    const desk = await setUp();
    desk.open();
    desk.come({ kind: "opened", session: "plain", local: REMOTE });
    const dtls: DtlsSecurity = { fingerprint: fingerprintOf("ours"), isFirst: true };
    expect(desk.events()).toEqual([
      {
        ...{ kind: "opened", session: "s", local: REMOTE },
        security: { policy: "required", keys: [], dtls },
      },
      { kind: "opened", session: "plain", local: REMOTE },
    ]);
  });

  it("sends the flow down, then the handshake, then the keys, which no log is told", async () => {
    const desk = await setUp();
    desk.open();
    desk.media({ kind: "flow", session: "s", flow: flow("active") });
    expect(desk.commands()).toMatchObject([
      { kind: "flow", flow: flow("active") },
      { kind: "dtls", session: "s", channel: "rtp" },
    ]);
    answers(desk, "theirs");
    const last = desk.commands().at(-1);
    expect(last).toMatchObject({
      kind: "keys",
      session: "s",
      keys: { srtp: { suite: SUITES[0] } },
    });
    expect(desk.logs).toEqual([
      {
        ...{ level: "debug", area: "media s", text: "There are keys by DTLS." },
        data: { channel: "rtp", role: "active", suite: SUITES[0] },
      },
    ]);
    expect(desk.events().map(({ kind }) => kind)).toEqual(["opened"]);
    // The same again has its keys at once.
    desk.media({ kind: "flow", session: "s", flow: flow("active") });
    expect(desk.commands().at(-1)).toHaveProperty("flow.srtp");
  });

  it("tells of somebody else, but not inside of send; and of nothing after the end", async () => {
    const desk = await setUp();
    desk.open();
    desk.media({ kind: "flow", session: "s", flow: flow("active") });
    answers(desk, "mallory");
    expect(desk.events().map(({ kind }) => kind)).toEqual(["opened"]);
    await desk.clock.advance(0);
    const reason = "the far end's certificate is not the one that was signalled";
    expect(desk.events().at(-1)).toEqual({ kind: "insecure", session: "s", reason });
    expect(desk.commands().some(({ kind }) => kind === "keys")).toBe(false);

    const gone = await setUp();
    gone.open();
    gone.media({ kind: "flow", session: "s", flow: flow("active") });
    answers(gone, "mallory");
    gone.media({ kind: "close", session: "s" });
    await gone.clock.advance(60_000);
    expect(gone.events().map(({ kind }) => kind)).toEqual(["opened"]);
  });

  it("tries again in its time, and gives up in its time", async () => {
    const desk = await setUp();
    desk.open();
    desk.media({ kind: "flow", session: "s", flow: flow("active") });
    await desk.clock.advance(399);
    expect(datagrams(desk.commands())).toHaveLength(1);
    await desk.clock.advance(1);
    expect(datagrams(desk.commands())).toHaveLength(2);
    await desk.clock.advance(15_000);
    expect(desk.events().at(-1)).toMatchObject({
      kind: "insecure",
      reason: expect.stringContaining("within 15 s"),
    });
  });

  it("says goodbye before the session's ports are closed, and keeps nothing", async () => {
    const desk = await setUp();
    desk.open();
    desk.media({ kind: "flow", session: "s", flow: flow("active") });
    answers(desk, "theirs");
    const before = desk.commands().length;
    desk.media({ kind: "close", session: "s" });
    const kinds = desk.commands().slice(before);
    expect(kinds.map(({ kind }) => kind)).toEqual(["dtls", "close"]);
    expect(desk.engine.open).toBe(0);
    desk.come({
      kind: "dtls",
      session: "s",
      channel: "rtp",
      bytes: new Uint8Array(9),
      from: REMOTE,
    });
    await desk.clock.advance(60_000);
    expect(desk.commands()).toHaveLength(before + 2);
  });

  it("keeps nothing of a session that has closed by itself either", async () => {
    const desk = await setUp();
    desk.open();
    desk.media({ kind: "flow", session: "s", flow: flow("active") });
    desk.come({ kind: "closed", session: "s", stats: ZERO_STATS });
    expect([desk.engine.open, desk.events().at(-1)?.kind]).toEqual([0, "closed"]);
    const before = desk.commands().length;
    await desk.clock.advance(60_000);
    expect(desk.commands()).toHaveLength(before);
  });

  it("ends what is open when all stops, and passes everything else on as it is", async () => {
    const desk = await setUp();
    desk.open();
    desk.media({ kind: "flow", session: "s", flow: flow("passive") });
    desk.host.send({ kind: "safe" });
    desk.media({ kind: "join", session: "s", on: true });
    desk.tell({ kind: "line-ready", line: 1 });
    expect(desk.down.slice(-2)).toEqual([
      { kind: "safe" },
      { kind: "media", command: { kind: "join", session: "s", on: true } },
    ]);
    expect(desk.up.at(-1)).toEqual({ kind: "line-ready", line: 1 });
    await desk.host.stop();
    await desk.clock.advance(60_000);
    expect(desk.events().map(({ kind }) => kind)).toEqual(["opened"]);
    expect(desk.engine.open).toBe(0);
  });
});
