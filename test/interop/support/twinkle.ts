import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "./free-ports.ts";
import { requireProgram } from "./programs.ts";
import type { Stage } from "./stage.ts";

/** What a twinkle is told at its start. */
export interface TwinkleOptions {
  readonly user: string;
  readonly password: string;
  /** `host:port` of its registrar and proxy. */
  readonly server: string;
}

const RTP_PORTS = 4;
const SOUND = ["dev_ringtone", "dev_speaker", "dev_mic"].map((name) => `${name}=alsa:null`);

/** A twinkle: a soft phone with a SIP stack of its own, which sends and plays silence. */
class Twinkle {
  readonly #console: string;

  /** Use {@link startTwinkle}. */
  constructor(console: string) {
    this.#console = console;
  }

  call(number: string): void {
    this.#command(`call ${number}`);
  }

  answer(): void {
    this.#command("answer");
  }

  hold(): void {
    this.#command("hold");
  }

  resume(): void {
    this.#command("retrieve");
  }

  /** Hands the call over to somebody else. */
  transfer(number: string): void {
    this.#command(`transfer ${number}`);
  }

  /** From now on every call is sent on to there (302). */
  sendOn(number: string): void {
    this.#command(`redirect -t always ${number}`);
  }

  /** Sends one word outside of calls. */
  text(number: string, word: string): void {
    this.#command(`message ${number} ${word}`);
  }

  hangUp(): void {
    this.#command("bye");
  }

  #command(line: string): void {
    appendFileSync(this.#console, `${line}\n`);
  }
}

/** Starts a twinkle, which begins to register. */
export async function startTwinkle(
  stage: Stage,
  { user, password, server }: TwinkleOptions,
): Promise<Twinkle> {
  const [sipPort, rtpPort] = [await freePorts(), await freePorts(RTP_PORTS)];
  const [host = ""] = server.split(":");
  const name = `twinkle-${user}-${sipPort}`;
  const home = join(stage.folder, name);
  const folder = join(home, ".twinkle");
  mkdirSync(folder, { recursive: true });
  const system = [...SOUND, `sip_port=${sipPort}`, `rtp_port=${rtpPort}`, "validate_audio_dev=no"];
  writeFileSync(join(folder, "twinkle.sys"), `${system.join("\n")}\n`);
  const profile = [
    ...[`user_name=${user}`, `user_domain=${host}`, `auth_name=${user}`, `auth_pass=${password}`],
    ...[`registrar=${server}`, `outbound_proxy=${server}`, "register_at_startup=yes"],
    ...["mwi_sollicited=yes", `mwi_user=${user}`, `mwi_server=${server}`],
  ];
  writeFileSync(join(folder, "own.cfg"), `${profile.join("\n")}\n`);
  const console = stage.write(`${name}.commands`, "");
  const program = `stdbuf -oL "${requireProgram("twinkle-console")}" own.cfg`;
  stage.start({
    title: `twinkle ${user}`,
    path: "/bin/sh",
    args: ["-c", `tail -f -n +1 "${console}" | ${program}`],
    environment: { HOME: home },
  });
  return new Twinkle(console);
}
