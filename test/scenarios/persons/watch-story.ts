import type { Timer } from "../../../src/hal/ports/clock.ts";
import { BENCH_HOST, type Bench } from "../../hw-sim/bench/bench.ts";
import type { FarSide } from "./far-side.ts";
import { FAR_PASSWORD } from "./far-wire.ts";
import type { Stage } from "./story.ts";
import { VoiceWatch } from "./voices.ts";
import { DisplayWatch } from "./watch-displays.ts";
import { LineWatch } from "./watch-lines.ts";

/** How often it is looked, ms. */
const LOOK_EVERY_MS = 100;
/** Lifting is believed, and ringing is off, after this much at most, ms. */
const RING_TRIP_MS = 700;
/** A line whose hardware was in trouble is believed again after so long, ms. */
const TROUBLED_MS = 8000;
/** After the registrations all that they left behind is gone, ms. */
const BASE_AFTER_MS = 45_000;
/** Hanging up is believed once no hook flash can come of it; then a second more. */
const VOICE_AFTER_MS = 2500;
/** The same line of log more often than this within a minute is a flood. */
const EQUAL_LOGS_MAX = 60;
const FAULTS_MAX = 12;
/** What is too large for a datagram goes over streams, which are kept for an hour: both ends. */
const KEPT_STREAMS = 4;

/** What a box keeps at rest. */
export interface Base {
  readonly load: string;
  readonly sockets: number;
  readonly timers: number;
}

/** Looks at a story from outside while it is played. */
export class StoryWatch {
  readonly faults: string[] = [];
  readonly #lab: Bench;
  readonly #stage: Stage;
  /** Until when a line's hardware is not judged. */
  readonly #troubledMs = new Map<number, number>();
  readonly #rangOffHookMs = new Map<number, number>();
  readonly #lineWatches: readonly LineWatch[];
  readonly #hasMusic: boolean;
  /** Since when every receiver has been on the hook. */
  #allRestMs: number | undefined;
  #sentVoiceMs = 0;
  readonly #voices: VoiceWatch;
  readonly #displays: DisplayWatch;
  #timer: Timer | undefined;
  #base: Base | undefined;
  /** Whether hardware was in trouble at any time. */
  hadHardwareTrouble = false;
  hadNetworkTrouble = false;
  hadDiskTrouble = false;
  /** It was told of another country, whose tones its telephones do not know. */
  isElsewhere = false;
  /** It was once. */
  wasElsewhere = false;
  /** The program ends and starts: what it said last is not what it would say. */
  isAway = false;

  constructor(lab: Bench, stage: Stage) {
    this.#lab = lab;
    this.#stage = stage;
    this.#voices = new VoiceWatch(lab, (text) => this.fault(text));
    this.#displays = new DisplayWatch(lab);
    this.#hasMusic = stage.settings.some(({ config }) => config.dialing?.musicOnHold !== undefined);
    this.#lineWatches = stage.lines.map(() => new LineWatch());
    lab.network.tap(({ kind, from, atMs, payload }) => {
      const type = payload[1] ?? 0;
      const isVoice = (payload[0] ?? 0) >> 6 === 2 && !(type >= 192 && type <= 223);
      if (kind === "datagram-sent" && from.host === BENCH_HOST && isVoice) this.#sentVoiceMs = atMs;
    });
    this.#arm();
  }

  fault(text: string): void {
    const atMs = Math.round(this.#lab.world.clock.nowMs());
    if (this.faults.length < FAULTS_MAX) this.faults.push(`${text} (at ${atMs} ms)`);
  }

  /** A line's hardware is in trouble for a while. */
  hardwareInTrouble(line: number, forMs: number): void {
    this.hadHardwareTrouble = true;
    const untilMs = this.#lab.world.clock.nowMs() + forMs + TROUBLED_MS;
    // Lines of one card are in it together.
    for (const [at, { chip }] of this.#stage.lines.entries()) {
      const isOne = at + 1 === line || chip === "serial-card";
      const knownMs = this.#troubledMs.get(at + 1) ?? 0;
      if (isOne) this.#troubledMs.set(at + 1, Math.max(untilMs, knownMs));
    }
  }

  networkInTrouble(): void {
    this.hadNetworkTrouble = true;
  }

  /** Remembers how the box is at rest. */
  async noteBase(far: FarSide): Promise<void> {
    const { world } = this.#lab;
    await world.waitUntil(() => !far.isBusy, BASE_AFTER_MS);
    await world.advance(BASE_AFTER_MS);
    await world.waitUntil(() => !this.#isAsking(), BASE_AFTER_MS);
    this.#base = this.now();
  }

  /** Whether the box asks or answers something. */
  #isAsking(): boolean {
    const { lines, exchange } = this.#lab.box.load;
    return [lines, exchange].some(
      (load) => load !== undefined && load.clientTransactions + load.serverTransactions > 0,
    );
  }

  /** How the box is now. */
  now(): Base {
    const { box, network, world } = this.#lab;
    return {
      load: JSON.stringify(box.load),
      sockets: network.host(BENCH_HOST).bound.length,
      timers: world.pending,
    };
  }

  /** What is left of a call; undefined where nothing is. */
  leftOver(): string | undefined {
    const base = this.#base;
    if (base === undefined) return undefined;
    const { load, sockets, timers } = this.now();
    if (load !== base.load) return `the box keeps ${load}, at first ${base.load}`;
    if (sockets > base.sockets) return `${sockets} sockets are open, at first ${base.sockets}`;
    if (timers > base.timers + KEPT_STREAMS) return `${timers} timers run, at first ${base.timers}`;
    return undefined;
  }

  /** Calls are over: who was heard must have been in one, and who was shown must have called. */
  judgeCalls(): void {
    const nowMs = this.#lab.world.clock.nowMs();
    this.#voices.judge(nowMs);
    // Texts stand in the place of a caller's name.
    if (this.#stage.settings.some(({ config }) => config.dialing?.showMessages === true)) return;
    for (const fault of this.#displays.judge(nowMs)) this.fault(fault);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** What the log must not have; each of a flood that a server sent may be told once. */
  checkLog(mayFail: boolean, flooded: number): void {
    const counts = new Map<string, number>();
    for (const { level, area, text, data } of this.#lab.logs) {
      const isTold = mayFail || (this.hadDiskTrouble && area === "records");
      if (level === "error" && !isTold) this.fault(`an error in the log: ${area}: ${text}`);
      const all = `${text} ${JSON.stringify(data ?? {})}`;
      if (all.includes(FAR_PASSWORD) || all.includes("own-secret")) this.fault(`a secret: ${all}`);
      if (level === "debug") continue;
      const key = `${area}: ${text}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [text, count] of counts) {
      if (count > EQUAL_LOGS_MAX + flooded) this.fault(`${count} times in the log: ${text}`);
    }
  }

  #arm(): void {
    const { clock } = this.#lab.world;
    this.#timer = clock.at(clock.nowMs() + LOOK_EVERY_MS, () => {
      this.#look(clock.nowMs());
      this.#arm();
    });
  }

  #look(nowMs: number): void {
    if (this.isAway) {
      for (const each of this.#lineWatches) each.forget();
      this.#rangOffHookMs.clear();
      return;
    }
    const all = this.#lab.box.status();
    this.#voices.look(nowMs);
    this.#displays.look(nowMs);
    for (const [at, { phone }] of this.#lab.phones.entries()) {
      const line = at + 1;
      const parts = this.#lab.board.lines[at];
      const status = all[at];
      if (nowMs < (this.#troubledMs.get(line) ?? 0)) {
        this.#rangOffHookMs.delete(line);
        this.#lineWatches[at]?.forget();
        continue;
      }
      // A hook switch that is pressed for a while opens the loop as hanging up does.
      const isClosed = phone.isOffHook && (parts?.loop.figures.terminalMilliamps ?? 0) > 0;
      this.#lookAtBell(line, isClosed && parts?.chip.isRinging === true, nowMs);
      if (status === undefined) continue;
      const hears = this.isElsewhere ? undefined : phone.hears;
      const seen = { status, isClosed, isLifted: phone.isOffHook, hears };
      const faults = this.#lineWatches[at]?.look(seen, nowMs) ?? [];
      for (const fault of faults) this.fault(`line ${line}: ${fault}`);
    }
    this.#lookAtVoice();
  }

  #lookAtBell(line: number, rings: boolean, nowMs: number): void {
    if (!rings) {
      this.#rangOffHookMs.delete(line);
      return;
    }
    const sinceMs = this.#rangOffHookMs.get(line) ?? nowMs;
    this.#rangOffHookMs.set(line, sinceMs);
    if (nowMs - sinceMs < RING_TRIP_MS) return;
    this.fault(`line ${line} rings while its receiver is lifted`);
    this.#rangOffHookMs.set(line, Infinity);
  }

  /** A hand was at a telephone: it may be lifted for less than from one look to the next. */
  noteHandsets(): void {
    // A call on hold that the bell reminds of, or that is being handed over, may hear music.
    const { box } = this.#lab;
    const isHeld = box.status().some(({ call }) => call === "recall");
    const isPlayed = this.#hasMusic && box.load.media > 0;
    if (isHeld || isPlayed || this.#lab.phones.some(({ phone }) => phone.isOffHook))
      this.#allRestMs = undefined;
    else this.#allRestMs ??= this.#lab.world.clock.nowMs();
  }

  /** Where every receiver is on the hook, nobody's voice leaves the box. */
  #lookAtVoice(): void {
    this.noteHandsets();
    const quietMs = this.#allRestMs;
    if (quietMs === undefined || this.#sentVoiceMs <= quietMs + VOICE_AFTER_MS) return;
    this.fault(
      `the box sends voice ${Math.round(this.#sentVoiceMs - quietMs)} ms after all hung up`,
    );
    this.#allRestMs = Infinity;
  }
}
