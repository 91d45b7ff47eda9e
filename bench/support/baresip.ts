import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Voice } from "./voices.ts";

/** The peer's name in figures, with its version; undefined where it is not installed. */
export function baresipName(): string | undefined {
  const asked = spawnSync("baresip", ["-h"], { encoding: "utf8" });
  const version = /baresip v(\S+)/.exec(`${asked.stdout}${asked.stderr}`)?.[1];
  return version === undefined ? undefined : `baresip ${version}`;
}

/** What is said where a figure has no peer. */
export const NO_BARESIP = "baresip is not installed (Debian: baresip-core): no peer's figure";

/** Debian's place for its modules; another can be named in TIPRING_BARESIP_MODULES. */
const modulePath = process.env["TIPRING_BARESIP_MODULES"] ?? "/usr/lib/baresip/modules";

/** Ports of the machine for its RTP, clear of ours. */
const RTP_PORTS = "28000-28200";

/** How a baresip is laid out. */
export interface BaresipOptions {
  /** Its configuration goes there. */
  readonly folder: string;
  /** Extensions, an account each. It answers every call at once, and sends back what it hears. */
  readonly users: readonly string[];
  /** The registrar's port on loopback. */
  readonly registrarPort: number;
  /** G.711 unless told. */
  readonly voice?: Voice;
}

/**
 * Opus as ours is set by default, one channel, and sound at its own 48 kHz, so that nothing is
 * turned into another rate.
 */
const OPUS_CONFIG = [
  "ausrc_channels 1",
  "auplay_channels 1",
  "opus_bitrate 20000",
  "opus_complexity 5",
  "opus_stereo no",
  "opus_sprop_stereo no",
  "opus_inbandfec yes",
  "opus_dtx no",
  "opus_application voip",
  "opus_packet_loss 10",
];

/** Writes a configuration for {@link startBaresip}: one codec only, no sound device. */
export async function configureBaresip(options: BaresipOptions): Promise<void> {
  const { folder, users, registrarPort, voice = "pcmu" } = options;
  const rate = voice === "opus" ? 48_000 : 8000;
  const config = [
    "poll_method epoll",
    "sip_listen 127.0.0.1:0",
    "call_max_calls 64",
    "audio_player aubridge,nil",
    "audio_source aubridge,nil",
    "audio_alert aubridge,nil",
    `ausrc_srate ${rate}`,
    `auplay_srate ${rate}`,
    ...(voice === "opus" ? OPUS_CONFIG : []),
    "audio_level no",
    `rtp_ports ${RTP_PORTS}`,
    "jitter_buffer_delay 5-10",
    `module_path ${modulePath}`,
    voice === "opus" ? "module opus.so" : "module g711.so",
    "module aubridge.so",
    "module_tmp account.so",
    "module_app menu.so",
  ];
  const accounts = users.map(
    (user) =>
      `<sip:${user}@127.0.0.1:${registrarPort}>;auth_pass=secret-${user};answermode=auto` +
      `;regint=3600;audio_source=aubridge,${user};audio_player=aubridge,${user}`,
  );
  await writeFile(join(folder, "config"), `${config.join("\n")}\n`);
  await writeFile(join(folder, "accounts"), `${accounts.join("\n")}\n`);
}

/** Starts baresip with the configuration in a folder. */
export function startBaresip(folder: string): ChildProcess {
  return spawn("baresip", ["-f", folder], { stdio: ["ignore", "pipe", "pipe"] });
}
