import { readFileSync } from "node:fs";
import { freePorts } from "./free-ports.ts";
import { waitUntil } from "./patience.ts";
import { requireProgram } from "./programs.ts";
import type { Stage } from "./stage.ts";

const READY_WITHIN_MS = 15_000;

/** A message as rsyslog understood it. */
export interface TakenMessage {
  readonly from: string;
  readonly pri: string;
  readonly version: string;
  readonly time: string;
  readonly host: string;
  readonly app: string;
  readonly process: string;
  readonly kind: string;
  readonly data: string;
  readonly text: string;
}

/** A syslog server of the test's own. */
export interface Rsyslog {
  readonly udpPort: number;
  readonly tcpPort: number;
  /** What it has taken so far. */
  taken(): readonly TakenMessage[];
  stop(): Promise<void>;
}

/** What is written of each message: rsyslog's properties, as JSON. */
const TEMPLATE = Object.entries({
  from: "inputname",
  pri: "pri",
  version: "protocol-version",
  time: "timereported",
  host: "hostname",
  app: "app-name",
  process: "procid",
  kind: "msgid",
  data: "structured-data",
  text: "msg",
})
  .map(([name, property]) => {
    const date = property === "timereported" ? ' dateFormat="rfc3339"' : "";
    return `  property(name="${property}" outname="${name}" format="jsonf"${date})`;
  })
  .join('\n  constant(value=",")\n');

/** Starts rsyslogd on loopback; over TLS where a certificate is given, else over TCP. */
export async function startRsyslog(
  stage: Stage,
  tls?: { readonly certificate: string; readonly key: string; readonly authority: string },
  tcpPort?: number,
): Promise<Rsyslog> {
  const udpPort = await freePorts();
  const port = tcpPort ?? (await freePorts());
  const out = `${stage.folder}/taken-${udpPort}.jsonl`;
  const secure =
    tls === undefined
      ? ""
      : 'streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon"';
  const config = stage.write(
    `rsyslog-${udpPort}.conf`,
    [
      `global(workDirectory="${stage.folder}"`,
      ...(tls === undefined
        ? []
        : [
            `  defaultNetstreamDriverCAFile="${tls.authority}"`,
            `  defaultNetstreamDriverCertFile="${tls.certificate}"`,
            `  defaultNetstreamDriverKeyFile="${tls.key}"`,
          ]),
      ")",
      'module(load="imudp")',
      `module(load="imtcp" ${secure})`,
      `input(type="imudp" address="127.0.0.1" port="${udpPort}")`,
      `input(type="imtcp" address="127.0.0.1" port="${port}")`,
      'template(name="whole" type="list") {',
      `  constant(value="{")\n${TEMPLATE}\n  constant(value="}\\n")`,
      "}",
      `action(type="omfile" file="${out}" template="whole" asyncWriting="off")`,
      "",
    ].join("\n"),
  );
  const program = stage.start({
    title: "rsyslog",
    path: requireProgram("rsyslogd"),
    args: ["-n", "-f", config, "-i", `${stage.folder}/rsyslog-${udpPort}.pid`],
  });
  const isListening = (): boolean => {
    const sockets = readFileSync("/proc/net/tcp", "latin1");
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    return sockets.includes(`0100007F:${hex} 00000000:0000 0A`);
  };
  const isUp = await waitUntil(() => isListening() || !program.isRunning, READY_WITHIN_MS);
  if (!isUp || !program.isRunning) throw new Error("rsyslog does not listen");
  const taken = (): readonly TakenMessage[] => {
    try {
      // Lines are whole: rsyslog writes each at once.
      const lines = readFileSync(out, "utf8").split("\n").slice(0, -1);
      // The template above writes these, all of them texts.
      return lines.map((text) => JSON.parse(text) as TakenMessage);
    } catch {
      return [];
    }
  };
  return { udpPort, tcpPort: port, taken, stop: () => program.stop() };
}
