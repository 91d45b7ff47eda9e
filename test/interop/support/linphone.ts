import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pcm16FromVolts } from "../../hw-sim/audio/levels.ts";
import { printWav } from "../../hw-sim/audio/wav.ts";
import { freePorts } from "./free-ports.ts";
import { requireProgram } from "./programs.ts";
import type { Stage } from "./stage.ts";
import { sine } from "./tone-check.ts";

/** What a linphone is told at its start. */
export interface LinphoneOptions {
  readonly user: string;
  readonly password: string;
  /** `host:port` of its registrar and proxy. */
  readonly server: string;
  /** The sine it sends in a call. */
  readonly toneHz: number;
  /** It uses ICE, in full, and this STUN server on loopback for it: the server's port. */
  readonly iceByStunPort?: number;
  /** Whether its calls must be encrypted with keys by DTLS. */
  readonly byDtls?: boolean;
  /** How long its calls may go without a sign of life, and which side it wants to give them. */
  readonly sessionTimer?: { readonly expiresS: number; readonly refresher: "uac" | "uas" };
}

const WITHIN_MS = 15_000;
const RTP_PORTS = 20;
const TONE_MS = 60_000;
const RATE_HZ = 8000;
/** Its numbers for which side refreshes a session. */
const REFRESHERS = { uas: 1, uac: 2 } as const;

/** A linphone: a soft phone that does what is written to its console, and sends a sine. */
export class Linphone {
  readonly #console: string;

  /** Use {@link startLinphone}. */
  constructor(console: string) {
    this.#console = console;
  }

  call(uri: string): void {
    this.#command(`call ${uri}`);
  }

  answer(): void {
    this.#command("answer");
  }

  /** Hands the call over to somebody else. */
  transfer(uri: string): void {
    this.#command(`transfer ${uri}`);
  }

  /** Sends on every call that rings (302). */
  sendOn(uri: string): void {
    this.#command(`redirect all ${uri}`);
  }

  /** Sends a text outside of calls. */
  text(uri: string, text: string): void {
    this.#command(`chat ${uri} ${text}`);
  }

  hold(): void {
    this.#command("pause");
  }

  resume(): void {
    this.#command("resume");
  }

  hangUp(): void {
    this.#command("terminate");
  }

  #command(line: string): void {
    appendFileSync(this.#console, `${line}\n`);
  }
}

function sessionTimerLines(timer: LinphoneOptions["sessionTimer"]): string {
  if (timer === undefined) return "";
  const { expiresS, refresher } = timer;
  return `session_expires_enabled=1
session_expires_value=${expiresS}
session_expires_min_value=${expiresS}
session_expires_refresher_value=${REFRESHERS[refresher]}
`;
}

/** Starts a linphone, which begins to register. Its console tells nothing of its calls. */
export async function startLinphone(stage: Stage, options: LinphoneOptions): Promise<Linphone> {
  const { user, password, server, toneHz, iceByStunPort, byDtls, sessionTimer } = options;
  const [sipPort, rtpPort] = [await freePorts(), await freePorts(RTP_PORTS)];
  const [host = ""] = server.split(":");
  const name = `linphone-${user}-${sipPort}`;
  const tone = stage.write(
    `${name}.wav`,
    printWav({ sampleRateHz: RATE_HZ, channels: [pcm16FromVolts(sine(toneHz, TONE_MS))] }),
  );
  const configuration = stage.write(
    `${name}.rc`,
    `[sip]
sip_port=${sipPort}
sip_tcp_port=0
sip_tls_port=0
bind_address=127.0.0.1
default_proxy=0
register_only_when_network_is_up=0
use_ipv6=0
${byDtls === true ? "media_encryption=dtls\nmedia_encryption_mandatory=1" : "media_encryption=none"}
keepalive_period=30000
auto_net_state_mon=0
guess_hostname=0
contact=sip:${user}@127.0.0.1:${sipPort}
${sessionTimerLines(sessionTimer)}[net]
nat_policy_ref=${iceByStunPort === undefined ? "" : "own"}
[nat_policy_0]
ref=own
stun_server=127.0.0.1:${iceByStunPort ?? 0}
protocols=stun,ice
[rtp]
audio_rtp_port=${rtpPort}-${rtpPort + RTP_PORTS - 1}
[sound]
echocancellation=0
[proxy_0]
reg_proxy=<sip:${server};transport=udp>
reg_route=<sip:${server};transport=udp;lr>
reg_identity=sip:${user}@${host}
reg_expires=120
reg_sendregister=1
publish=0
dial_escape_plus=0
[auth_info_0]
username=${user}
passwd=${password}
realm=${host}
`,
  );
  const console = stage.write(`${name}.commands`, "");
  appendFileSync(console, `soundcard use files\nplay ${tone}\n`);
  const linphonec = `stdbuf -oL "${requireProgram("linphonec")}" -S -c "${configuration}"`;
  const script = `tail -f -n +1 "${console}" | ${linphonec}`;
  // Without a place for its database it opens no sockets.
  const home = join(stage.folder, name);
  mkdirSync(join(home, ".local/share/linphone"), { recursive: true });
  const program = stage.start({
    title: `linphone ${user}`,
    path: "/bin/sh",
    args: ["-c", script],
    environment: { HOME: home },
  });
  await program.writes("linphonec>", WITHIN_MS);
  return new Linphone(console);
}
