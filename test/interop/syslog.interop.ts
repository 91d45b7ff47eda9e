import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { SyslogSettings } from "../../src/app/config/resolve-syslog.ts";
import { openSyslog, type SyslogLink } from "../../src/app/syslog-link.ts";
import {
  createClock,
  createRandom,
  createResolver,
  createStreams,
  createUdp,
} from "../../src/hal/node/index.ts";
import { makeCertificates } from "../parity/stream-rigs.ts";
import { waitUntil } from "./support/patience.ts";
import { isPeerMissing } from "./support/programs.ts";
import { startRsyslog, type TakenMessage } from "./support/rsyslog.ts";
import { onStage, type Stage } from "./support/stage.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = join(ROOT, "dist/src/app/main.js");
const WAIT_MS = 20_000;

/** A log on its way to a server of loopback; what it says of itself goes to `own`. */
function open(stage: Stage, settings: Pick<SyslogSettings, "port" | "transport" | "tls">) {
  const own: string[] = [];
  const ports = {
    clock: createClock(),
    udp: createUdp(),
    streams: createStreams(),
    resolver: createResolver(),
    random: createRandom(),
  };
  const whole: SyslogSettings = {
    ...{ host: "127.0.0.1", name: "the test's", hostName: "box1", ...settings },
    source: { facility: 16, enterpriseId: 32_473, maxBytes: 1232 },
  };
  const link: SyslogLink = openSyslog(whole, "info", ports, ({ text }) => own.push(text));
  stage.atEnd(() => link.close());
  return { link, own };
}

const HARD = 'José says "no", a\\b\nand ]more';

function logHard({ link }: { readonly link: SyslogLink }): void {
  link.log({ level: "warn", area: "line 1", text: HARD, data: { "a b": 'x"]\\y', port: 5060 } });
}

function isHard(message: TakenMessage | undefined, name: string): void {
  expect(message).toMatchObject({
    ...{ from: name, pri: "132", version: "1", host: "box1", app: "tipring", kind: "line_1" },
    process: String(process.pid),
    data: '[meta sequenceId="1"][tipring@32473 a_b="x\\"\\]\\\\y" port="5060"]',
  });
  // rsyslog leaves the mark of UTF-8 where it is.
  expect(message?.text.replace(/^\ufeff/, "")).toBe(HARD.replace("\n", "\\n"));
  expect(message?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d)$/);
}

describe.skipIf(isPeerMissing("rsyslogd"))("[interop.syslog] our log at rsyslog", () => {
  it.each(["udp", "tcp"] as const)("is understood over %s, all of it", (transport) =>
    onStage(async (stage) => {
      const server = await startRsyslog(stage);
      const port = transport === "udp" ? server.udpPort : server.tcpPort;
      const log = open(stage, { transport, port });
      logHard(log);
      log.link.log({ level: "info", area: "box", text: "another" });
      expect(await waitUntil(() => server.taken().length >= 2, WAIT_MS)).toBe(true);
      const [first, second] = server.taken();
      isHard(first, transport === "udp" ? "imudp" : "imtcp");
      expect(second).toMatchObject({ pri: "134", data: '[meta sequenceId="2"]', text: "another" });
      expect(log.own).toEqual([]);
    })(),
  );

  it(
    "is understood over TLS by a server of the right authority, and told to no other",
    onStage(async (stage) => {
      const made = makeCertificates(stage.folder, "IP:127.0.0.1");
      const server = await startRsyslog(stage, {
        certificate: stage.write("server-own.pem", made.identity.certificate),
        key: stage.write("server-own.key", made.identity.key),
        authority: stage.write("authority.pem", made.authority),
      });
      const policy = { verify: true, wildcards: true, fingerprints: [] };
      const tls = { transport: "tls", port: server.tcpPort } as const;
      const stranger = open(stage, { ...tls, tls: { policy, authorities: made.otherAuthority } });
      stranger.link.log({ level: "info", area: "box", text: "not for you" });
      expect(await waitUntil(() => stranger.own.length > 0, WAIT_MS)).toBe(true);
      expect(stranger.own[0]).toContain("its certificate is not trusted");
      logHard(open(stage, { ...tls, tls: { policy, authorities: made.authority } }));
      expect(await waitUntil(() => server.taken().length >= 1, WAIT_MS)).toBe(true);
      isHard(server.taken()[0], "imtcp");
      expect(server.taken()).toHaveLength(1);
    }),
  );

  it(
    "waits for a server that is away, and comes whole and in order when it is there",
    onStage(async (stage) => {
      const first = await startRsyslog(stage);
      const { tcpPort } = first;
      await first.stop();
      const log = open(stage, { transport: "tcp", port: tcpPort });
      for (let at = 0; at < 500; at++) {
        log.link.log({ level: "info", area: "box", text: `line ${at}` });
      }
      expect(await waitUntil(() => log.own.length > 0, WAIT_MS)).toBe(true);
      const again = await startRsyslog(stage, undefined, tcpPort);
      expect(await waitUntil(() => again.taken().length >= 500, WAIT_MS)).toBe(true);
      const texts = again.taken().map(({ text }) => text);
      expect(texts).toEqual(Array.from({ length: 500 }, (_, at) => `line ${at}`));
    }),
  );

  describe("as the program has it", () => {
    beforeAll(() => {
      const builder = ["node_modules/tsx/dist/cli.mjs", "tools/build.ts", "--if-stale", "--quiet"];
      execFileSync(process.execPath, builder, { cwd: ROOT });
    }, 120_000);

    it(
      "is sent as it is configured, with its last words",
      onStage(async (stage) => {
        const server = await startRsyslog(stage);
        const syslog = `{ server: "127.0.0.1:${server.tcpPort}", transport: tcp, hostname: box2 }`;
        const config = stage.write("tipring.yaml", `log: { syslog: ${syslog} }\n`);
        const words = [PROGRAM, "run", "--config", config, "--sip-port", "0"];
        const child = spawn(process.execPath, words, { cwd: stage.folder, stdio: "ignore" });
        stage.atEnd(() => void child.kill("SIGKILL"));
        const isTold = (): boolean =>
          server.taken().some(({ text }) => text.startsWith("Tipring runs on the board"));
        expect(await waitUntil(isTold, WAIT_MS)).toBe(true);
        expect(server.taken()[0]).toMatchObject({ host: "box2", app: "tipring", pri: "30" });
        const ended = new Promise((resolve) => child.on("exit", resolve));
        child.kill("SIGTERM");
        expect(await ended).toBe(0);
      }),
    );
  });
});
