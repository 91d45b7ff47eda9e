import { fileURLToPath } from "node:url";
import { encodeG711 } from "../../hw-sim/audio/g711.ts";
import { pcm16FromVolts } from "../../hw-sim/audio/levels.ts";
import { freePorts } from "./free-ports.ts";
import { requireProgram } from "./programs.ts";
import type { RunningProgram } from "./running-program.ts";
import type { Stage } from "./stage.ts";
import { sine } from "./tone-check.ts";

/** A SIPp with one of our scenarios: the far end of one call, or of one transaction. */
export interface SippOptions {
  /** A file of `test/interop/sipp/`, without its ending. */
  readonly scenario: string;
  /** Where its requests go: `host:port`. */
  readonly server: string;
  /** User part of the Request-URI. */
  readonly to?: string;
  /** User and password that it proves to the server. */
  readonly user?: string;
  readonly password?: string;
  /** Its own port; a free one where absent. */
  readonly port?: number;
  /** What a scenario's `[keys]` stand for. */
  readonly keys?: Readonly<Record<string, string | number>>;
  /** How long a scenario's plain `<pause/>` is. */
  readonly pauseMs?: number;
  /** How long it may take in all. Default 30 s. */
  readonly timeoutS?: number;
  /** The sine that the scenario's `rtp_stream` sends; without it RTP is echoed. */
  readonly toneHz?: number;
}

/** A SIPp that runs. */
export interface Sipp {
  readonly program: RunningProgram;
  /** Where it listens for SIP. */
  readonly port: number;
  /** Where it listens for RTP; without a tone of its own it sends that back from there. */
  readonly mediaPort: number;
}

/** The file that scenarios stream: µ-law, raw, of a length that is repeated without a step. */
const TONE_FILE = "tone.ulaw";
const TONE_MS = 1000;
/** SIPp takes the ports after the first for video and RTCP. */
const MEDIA_PORTS = 10;
/** A scenario that has not come to its end by then fails. */
const TIMEOUT_S = 30;

/** Starts a SIPp; it ends by itself, with code 0 where the scenario was kept to. */
export async function startSipp(stage: Stage, options: SippOptions): Promise<Sipp> {
  const port = options.port ?? (await freePorts());
  const mediaPort = await freePorts(MEDIA_PORTS);
  const { scenario, server, to = "nobody", user = "nobody", password = "", keys = {} } = options;
  if (options.toneHz !== undefined) {
    const tone = pcm16FromVolts(sine(options.toneHz, TONE_MS));
    stage.write(TONE_FILE, encodeG711("PCMU", tone));
  }
  const file = fileURLToPath(new URL(`../sipp/${scenario}.xml`, import.meta.url));
  const program = stage.start({
    title: `SIPp ${scenario}`,
    path: requireProgram("sipp"),
    args: [
      ...["-sf", file, "-m", "1", "-nostdin"],
      ...["-i", "127.0.0.1", "-p", String(port), "-mi", "127.0.0.1", "-mp", String(mediaPort)],
      ...["-s", to, "-au", user, "-ap", password],
      // Both at once would come from one port as two streams.
      ...(options.toneHz === undefined ? ["-rtp_echo"] : []),
      ...Object.entries({ user, ...keys }).flatMap(([key, value]) => ["-key", key, String(value)]),
      ...[
        "-d",
        String(options.pauseMs ?? 0),
        "-timeout",
        `${options.timeoutS ?? TIMEOUT_S}s`,
        "-timeout_error",
      ],
      ...["-trace_msg", "-message_file", stage.logFile(`SIPp ${scenario}: messages`)],
      ...["-trace_err", "-error_file", stage.logFile(`SIPp ${scenario}: errors`)],
      server,
    ],
  });
  return { program, port, mediaPort };
}
