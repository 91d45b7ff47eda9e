import { PortError } from "../../../../base/port-fault.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Serial, SerialLink } from "../../../ports/serial-link.ts";
import { type CardPacket, type CardReply, parseCardPacket, type Welcome } from "../card-packets.ts";
import { FrameReader } from "../frame-reader.ts";
import { frameOf, type HostPacket, printHostPacket } from "../host-packets.ts";
import { OPS } from "../wire-numbers.ts";

/** A packet of the card, when it came, and its seq. */
export interface CameIn {
  readonly atMs: number;
  readonly seq: number;
  readonly packet: CardPacket;
}

/** Whoever started the checks wants no more of them. */
export class CheckStopped extends Error {}

/** What keeps the watchdog of the card content while a check waits, ms. */
const KEEP_ALIVE_MS = 400;

/**
 * The host's end of a link for checks: packets and bytes as they are told, everything that comes
 * noted with its time; nothing is repeated or answered by itself but for a PING that keeps the
 * session.
 */
export class CheckLink {
  readonly clock: Clock;
  readonly #link: () => SerialLink | undefined;
  readonly #cameIn: CameIn[] = [];
  /** Bytes that were no packet. */
  unreadable = 0;
  #waiting: (() => void) | undefined;
  #seq = 0;
  #tag = 0;
  #session = 0x7e57_0000;
  #sentMs = 0;
  #keepsAlive = false;
  #gone: PortError | CheckStopped | undefined;

  private constructor(clock: Clock, link: () => SerialLink | undefined) {
    this.clock = clock;
    this.#link = link;
  }

  /** Opens the port. Rejects with `PortError`. */
  static async open(
    device: string,
    baud: number,
    ports: { readonly serial: Serial; readonly clock: Clock },
  ): Promise<CheckLink> {
    let link: SerialLink | undefined;
    const check = new CheckLink(ports.clock, () => link);
    let atMs = 0;
    const reader = new FrameReader((bytes) => check.#take(bytes, atMs));
    link = await ports.serial.open(device, baud, {
      onBytes: (bytes, cameMs) => {
        atMs = cameMs;
        reader.push(bytes);
        const { frames, crc, packets } = reader.errors;
        check.unreadable = frames + crc + packets;
      },
      onFault: (fault) => {
        check.#gone = new PortError(fault);
        check.#waiting?.();
      },
    });
    return check;
  }

  close(): void {
    this.#link()?.close();
  }

  /** Whatever waits, and whatever will, throws `CheckStopped`. What is sent still goes out. */
  stop(): void {
    this.#gone ??= new CheckStopped();
    this.#waiting?.();
  }

  /** Whether a PING goes out now and then while a check waits. */
  keepAlive(on: boolean): void {
    this.#keepsAlive = on;
  }

  send(packet: HostPacket, seq = this.#seq): void {
    this.#seq = (seq + 1) & 0xff;
    this.raw(frameOf(printHostPacket(packet, seq)));
  }

  /** The seq that the next packet would have. */
  get nextSeq(): number {
    return this.#seq;
  }

  raw(bytes: Uint8Array): void {
    this.#sentMs = this.clock.nowMs();
    const written = this.#link()?.write(bytes);
    if (written?.ok === false) this.#gone = new PortError(written.error);
  }

  /** The next packet, if one comes within `limitMs`. Rejects with `PortError` where all is gone. */
  async next(limitMs: number): Promise<CameIn | undefined> {
    const endMs = this.clock.nowMs() + limitMs;
    for (;;) {
      if (this.#gone instanceof CheckStopped) throw this.#gone;
      const next = this.#cameIn.shift();
      if (next !== undefined) return next;
      const nowMs = this.clock.nowMs();
      if (nowMs >= endMs) return undefined;
      if (nowMs >= this.#aliveMs()) this.send({ kind: "ping", token: 0xffff_ffff });
      await this.#sleep(Math.min(endMs, this.#aliveMs()));
    }
  }

  /** The first that fits of what comes within `limitMs`; the others are forgotten. */
  async take(fits: (packet: CardPacket) => boolean, limitMs: number): Promise<CameIn | undefined> {
    const endMs = this.clock.nowMs() + limitMs;
    for (;;) {
      const next = await this.next(endMs - this.clock.nowMs());
      if (next === undefined || fits(next.packet)) return next;
    }
  }

  /** All that comes within a time. */
  async collect(ms: number): Promise<readonly CameIn[]> {
    const endMs = this.clock.nowMs() + ms;
    const all: CameIn[] = [];
    for (;;) {
      const next = await this.next(endMs - this.clock.nowMs());
      if (next === undefined) return all;
      all.push(next);
    }
  }

  /** Forgets what has come. */
  drain(): void {
    this.#cameIn.length = 0;
  }

  /** Begins a session; undefined where no WELCOME comes within `limitMs`. */
  async hello(
    limitMs = 1000,
    options: { coding?: "pcmu" | "pcma" | "linear"; leadFrames?: number } = {},
  ): Promise<(CameIn & { readonly packet: Welcome }) | undefined> {
    this.drain();
    this.#session++;
    const session = this.#session;
    const { coding = "pcmu", leadFrames = 4 } = options;
    this.send({ kind: "hello", session, coding, leadFrames });
    const found = await this.take(
      (packet) => packet.kind === "welcome" && packet.session === session,
      limitMs,
    );
    if (found?.packet.kind !== "welcome") return undefined;
    return { ...found, packet: found.packet };
  }

  /** One command, said up to three times; undefined where no reply comes. */
  async ask(
    line: number,
    op: number,
    args: readonly number[] = [],
  ): Promise<CardReply | undefined> {
    this.#tag = (this.#tag + 1) & 0xff;
    const tag = this.#tag;
    for (let attempt = 0; attempt < 3; attempt++) {
      this.send({ kind: "command", line, tag, op, args: Uint8Array.from(args) });
      const found = await this.reply(line, tag, op === OPS.measure ? 300 : 100);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The reply to a tag. */
  async reply(line: number, tag: number, limitMs: number): Promise<CardReply | undefined> {
    const fits = (packet: CardPacket): boolean =>
      packet.kind === "reply" && packet.line === line && packet.tag === tag;
    const found = await this.take(fits, limitMs);
    return found?.packet.kind === "reply" ? found.packet : undefined;
  }

  #take(bytes: Uint8Array, atMs: number): void {
    const packet = parseCardPacket(bytes);
    if (packet === undefined) return;
    this.#cameIn.push({ atMs, seq: bytes[1] ?? 0, packet });
    this.#waiting?.();
  }

  #aliveMs(): number {
    return this.#keepsAlive ? this.#sentMs + KEEP_ALIVE_MS : Number.POSITIVE_INFINITY;
  }

  /** Until then, or until something comes. Throws where the link is gone, or it was stopped. */
  async #sleep(untilMs: number): Promise<void> {
    if (this.#cameIn.length === 0 && this.#gone === undefined) {
      await new Promise<void>((resolve) => {
        const timer = this.clock.at(untilMs, resolve);
        this.#waiting = () => {
          timer.cancel();
          resolve();
        };
      });
      this.#waiting = undefined;
    }
    if (this.#gone !== undefined) throw this.#gone;
  }
}
