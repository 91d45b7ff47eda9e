import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { propertyOf } from "../../../src/base/record.ts";
import { parseWav } from "../../hw-sim/audio/wav.ts";
import { freePorts } from "./free-ports.ts";
import { passwordOf } from "./kamailio.ts";
import { NetstringReader, printNetstring } from "./netstring.ts";
import { waitUntil } from "./patience.ts";
import { requireProgram } from "./programs.ts";
import type { RunningProgram } from "./running-program.ts";
import type { Stage } from "./stage.ts";

/** What a baresip is told at its start. */
export interface BaresipOptions {
  readonly user: string;
  /** `host:port` of its registrar and proxy. */
  readonly server: string;
  /** Default: what our Kamailio takes. */
  readonly password?: string;
  /** The sine it sends in a call. */
  readonly toneHz: number;
  /** Best first. Default PCMU, PCMA. */
  readonly codecs?: readonly string[];
  /** Encryption by SDES: where the far end can (`srtp`), or always; by DTLS; default none. */
  readonly encryption?: "srtp" | "srtp-mand" | "dtls_srtp";
  /** Whether RTCP may go the way of RTP. Default no. */
  readonly rtcpMux?: boolean;
  /** Modules to load beside those of every call, e.g. `opus`. */
  readonly modules?: readonly string[];
}

/** Something that baresip told, as its `ctrl_tcp` module names it. */
export interface BaresipEvent {
  /** `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`, `CALL_DTMF_START`, `REGISTER_OK`, … */
  readonly type: string;
  /** The digit, the reason, … */
  readonly param: string;
}

const WITHIN_MS = 10_000;
/** Control port, SIP port, and the one after it, which baresip listens on for TLS. */
const PORTS = { control: 0, sip: 1, count: 3 } as const;
const RTP_PORTS = 100;
/** Where Debian's package has them. */
const MODULES = "/usr/lib/baresip/modules";

/** A baresip: a soft phone that sends a sine, records what it hears and does what it is told. */
export class Baresip {
  readonly #program: RunningProgram;
  readonly #socket: Socket;
  readonly #recordings: string;
  readonly #rtpFirst: number;
  readonly #events: BaresipEvent[] = [];
  #fault: unknown;

  /** Use {@link startBaresip}. */
  constructor(parts: {
    readonly program: RunningProgram;
    readonly socket: Socket;
    readonly recordings: string;
    readonly rtpFirst: number;
  }) {
    const { socket } = parts;
    this.#program = parts.program;
    this.#socket = socket;
    this.#recordings = parts.recordings;
    this.#rtpFirst = parts.rtpFirst;
    const reader = new NetstringReader();
    socket.on("data", (bytes) => {
      try {
        for (const text of reader.take(bytes)) this.#note(JSON.parse(text));
      } catch (fault) {
        this.#fault ??= fault;
      }
    });
    socket.on("error", (fault) => {
      this.#fault ??= fault;
    });
  }

  /** All it told so far. */
  get events(): readonly BaresipEvent[] {
    return this.#events;
  }

  /** Waits until it has told of something `count` times. Resolves with the last of these. */
  async tells(type: string, count = 1, limitMs = WITHIN_MS): Promise<BaresipEvent> {
    const told = (): readonly BaresipEvent[] => this.#events.filter((one) => one.type === type);
    const over = (): boolean =>
      told().length >= count || this.#fault !== undefined || !this.#program.isRunning;
    await waitUntil(over, limitMs);
    const event = told()[count - 1];
    if (event !== undefined) return event;
    const seen = this.#events.map((one) => one.type).join(", ");
    throw new Error(`baresip has not told ${type} ${count} times; it told: ${seen}`, {
      cause: this.#fault,
    });
  }

  /** Waits until its registrar has taken it: it may be before the control connection was open. */
  async registers(): Promise<void> {
    await this.#program.writes(/200 OK .*\[\d+ bindings?\]/, WITHIN_MS);
  }

  /** Waits until its registrar has refused it. */
  async isRefused(): Promise<void> {
    await this.#program.writes(/: 40[13] .*\(/, WITHIN_MS);
  }

  dial(uri: string): void {
    this.#command("dial", uri);
  }

  accept(): void {
    this.#command("accept");
  }

  /** Ends the call, or refuses the one that comes. */
  hangUp(): void {
    this.#command("hangup");
  }

  hold(): void {
    this.#command("hold");
  }

  resume(): void {
    this.#command("resume");
  }

  /** Sends digits as telephone-events. */
  key(digit: string): void {
    this.#command("sndcode", digit);
  }

  /** What it heard in its only call, 16-bit linear at 8 kHz; complete once the call is closed. */
  heard(): Int16Array {
    const names = readdirSync(this.#recordings).filter((name) => name.endsWith("-dec.wav"));
    const [name] = names;
    if (name === undefined || names.length > 1) {
      throw new Error(`baresip should have heard one call, not ${names.length}`);
    }
    const parsed = parseWav(readFileSync(join(this.#recordings, name)));
    if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.error)}`);
    const { sampleRateHz, channels } = parsed.value;
    // Another codec is recorded at its own rate: the sine that is looked for survives this.
    const step = Math.round(sampleRateHz / 8000);
    return (channels[0] ?? new Int16Array(0)).filter((_, at) => at % step === 0);
  }

  /** Whether a port is of those that its RTP uses. */
  hasRtpPort(port: number): boolean {
    return port >= this.#rtpFirst && port < this.#rtpFirst + RTP_PORTS;
  }

  #command(command: string, params = ""): void {
    this.#socket.write(printNetstring(JSON.stringify({ command, params })));
  }

  #note(message: unknown): void {
    if (textField(message, "event") !== "true") return;
    this.#events.push({ type: textField(message, "type"), param: textField(message, "param") });
  }
}

/** Starts a baresip. Resolves when it can be told what to do; see `registers`. */
export async function startBaresip(stage: Stage, options: BaresipOptions): Promise<Baresip> {
  const first = await freePorts(PORTS.count);
  const rtpFirst = await freePorts(RTP_PORTS);
  const name = `baresip-${options.user}-${first}`;
  const recordings = join(stage.folder, name, "heard");
  mkdirSync(recordings, { recursive: true });
  const codecs = options.codecs ?? ["PCMU", "PCMA"];
  const account = [
    `<sip:${options.user}@${options.server}>`,
    `auth_pass=${options.password ?? passwordOf(options.user)}`,
    `outbound="sip:${options.server};transport=udp"`,
    "answermode=manual",
    "regint=120",
    `audio_codecs=${codecs.join(",")}`,
    ...(options.encryption === undefined ? [] : [`mediaenc=${options.encryption}`]),
  ].join(";");
  stage.write(join(name, "accounts"), `${account}\n`);
  stage.write(join(name, "config"), configuration({ first, rtpFirst, recordings, ...options }));
  const program = stage.start({
    title: `baresip ${options.user}`,
    path: requireProgram("baresip"),
    args: ["-4", "-f", join(stage.folder, name)],
  });
  await program.writes("baresip is ready", WITHIN_MS);
  const socket = connect(first + PORTS.control, "127.0.0.1");
  stage.atEnd(() => socket.destroy());
  return new Baresip({ program, socket, recordings, rtpFirst });
}

function configuration(parts: {
  readonly first: number;
  readonly rtpFirst: number;
  readonly recordings: string;
  readonly toneHz: number;
  readonly modules?: readonly string[];
  readonly encryption?: BaresipOptions["encryption"];
  readonly rtcpMux?: boolean;
}): string {
  const { first, rtpFirst, recordings, toneHz, encryption = "srtp", rtcpMux } = parts;
  const keys = encryption === "dtls_srtp" ? [encryption] : [];
  const modules = [...keys, ...(parts.modules ?? [])];
  return `poll_method epoll
sip_listen 127.0.0.1:${first + PORTS.sip}
net_interface 127.0.0.1
audio_source ausine,${toneHz}
audio_player aubridge,nil
audio_alert aubridge,nil
ausrc_srate 48000
ausrc_channels 2
auplay_srate 8000
${rtcpMux === true ? "rtcp_mux yes\n" : ""}rtp_ports ${rtpFirst}-${rtpFirst + RTP_PORTS - 1}
module_path ${MODULES}
module g711.so
module srtp.so
${modules.map((name) => `module ${name}.so\n`).join("")}module ausine.so
module aubridge.so
module sndfile.so
module ctrl_tcp.so
module_tmp account.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:${first + PORTS.control}
statmode_default off
snd_path ${recordings}
`;
}

/** A field of a JSON object as text; empty where there is none. */
function textField(of: unknown, name: string): string {
  const value = propertyOf(of, name);
  return value === undefined ? "" : String(value);
}
