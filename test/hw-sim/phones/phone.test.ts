import { describe, expect, it } from "vitest";
import { decodeDtmf } from "../audio/dtmf-decoder.ts";
import { fskSignal } from "../audio/fsk-signal.ts";
import { levelDbm, pcm16FromVolts, sineMix, voltsFromPcm16 } from "../audio/levels.ts";
import { speechLike } from "../audio/speech-like.ts";
import { US_TONES } from "../audio/tone-tables.ts";
import type { LoopEnd, LoopState } from "../loop/terminal.ts";
import { Trace } from "../trace/trace.ts";
import { World } from "../world/world.ts";
import type { Phone } from "./phone.ts";
import { createRotaryPhone, type RotaryPhoneOptions } from "./rotary-phone.ts";
import { createTouchTonePhone } from "./touch-tone-phone.ts";

const BLOCK = 80;

/** A pair with a feed and a sample clock of its own, just enough to put a telephone on. */
class Pair {
  readonly world = new World({ seed: 11 });
  readonly edges: { readonly atMs: number; readonly closed: boolean }[] = [];
  /** What the telephone sent, from time 0. */
  readonly sent: number[] = [];
  /** What the exchange sends, volts from time 0. */
  playout: Float64Array = new Float64Array(0);
  #closed = false;
  #fed = true;
  #phone: Phone | undefined;

  plug(phone: Phone): Phone {
    this.#phone = phone;
    const isClosed = (): boolean => this.#closed;
    const end: LoopEnd = {
      setClosed: (closed) => {
        this.#closed = closed;
        this.edges.push({ atMs: this.world.clock.nowMs(), closed });
        this.tell(this.#resting());
      },
      get closed() {
        return isClosed();
      },
    };
    phone.attach(end);
    this.tell(this.#resting());
    this.world.clock.at(10, () => this.#frame());
    return phone;
  }

  feed(fed: boolean): void {
    this.#fed = fed;
    this.tell(this.#resting());
  }

  tell(state: LoopState): void {
    this.#phone?.terminal.onLoopState(state, this.world.clock.nowMs());
  }

  /** 20 Hz from now on. */
  ring(durationMs: number): void {
    const startMs = this.world.clock.nowMs();
    for (let half = 0; half * 25 < durationMs; half++) {
      this.world.clock.at(startMs + half * 25, () => {
        if (!this.#closed) this.tell({ volts: half % 2 === 0 ? 72 : -72, milliamps: 0 });
      });
    }
    this.world.clock.at(startMs + durationMs, () => this.tell(this.#resting()));
  }

  #resting(): LoopState {
    if (!this.#fed) return { volts: 0, milliamps: 0 };
    return this.#closed ? { volts: -9, milliamps: 30 } : { volts: -48, milliamps: 0 };
  }

  #frame(): void {
    const first = this.sent.length;
    const own = new Float64Array(BLOCK);
    if (this.#closed) this.#phone?.terminal.transmit(own, first);
    this.sent.push(...own);
    const heard = own.map((volts, at) => volts + (this.playout[first + at] ?? 0));
    this.#phone?.terminal.receive(heard, first);
    this.world.clock.at(this.world.clock.nowMs() + 10, () => this.#frame());
  }
}

function build(rotary?: Partial<RotaryPhoneOptions>): {
  readonly pair: Pair;
  readonly phone: Phone;
  readonly trace: Trace;
} {
  const pair = new Pair();
  const trace = new Trace();
  const options = {
    name: "alice",
    clock: pair.world.clock,
    random: pair.world.random("phone alice"),
    tones: US_TONES,
    trace: trace.add,
  };
  const phone =
    rotary === undefined
      ? createTouchTonePhone(options)
      : createRotaryPhone({ ...options, ...rotary });
  return { pair: pair, phone: pair.plug(phone), trace };
}

const kinds = (phone: Phone): readonly string[] => phone.observations.map((one) => one.kind);

describe("createTouchTonePhone()", () => {
  it("bounces when lifted and hung up, and ends where it should", () => {
    const { pair, phone } = build();
    pair.world.runUntil(100);
    phone.lift();
    phone.lift();
    pair.world.runUntil(200);
    const lifted = pair.edges.splice(0);
    expect(lifted[0]).toEqual({ atMs: 100, closed: true });
    expect(lifted.length).toBeGreaterThanOrEqual(3);
    expect(lifted.at(-1)?.closed).toBe(true);
    expect(lifted.at(-1)?.atMs).toBeLessThanOrEqual(105);
    phone.hang();
    phone.hang();
    pair.world.runUntil(300);
    expect(pair.edges[0]).toEqual({ atMs: 200, closed: false });
    expect(pair.edges.at(-1)?.closed).toBe(false);
    expect(kinds(phone)).toEqual([]);
  });

  it("flashes for as long as asked", () => {
    const { pair, phone } = build();
    phone.flash(300);
    phone.lift();
    pair.world.runUntil(1000);
    pair.edges.splice(0);
    phone.flash(300);
    pair.world.runUntil(2000);
    const open = pair.edges.filter((edge) => !edge.closed).at(0);
    const closed = pair.edges.filter((edge) => edge.closed && edge.atMs >= 1300).at(0);
    expect([open?.atMs, closed?.atMs]).toEqual([1000, 1300]);
    expect(phone.isOffHook).toBe(true);
  });

  it("dials with DTMF at its levels, 100 ms on and 100 ms off", () => {
    const { pair, phone } = build();
    expect(phone.dial("102").ok).toBe(false);
    phone.lift();
    pair.world.runUntil(1000);
    expect(phone.dial("1-0 2#")).toEqual({ ok: true, value: 1700 });
    expect(phone.dial("9")).toEqual({ ok: true, value: 1900 });
    expect(phone.dial("hello").ok).toBe(false);
    pair.world.runUntil(2500);
    const heard = decodeDtmf(pair.sent);
    expect(heard.map((one) => one.digit).join("")).toBe("102#9");
    heard.forEach((one, at) => {
      expect(Math.abs(one.atMs - 1000 - 200 * at)).toBeLessThan(14);
    });
    expect(levelDbm(pair.sent.slice(8000, 8800))).toBeCloseTo(-5.88, 1);
  });

  it("presses single keys, holding them, and stops sending when it is hung up", () => {
    const { pair, phone } = build();
    phone.lift();
    pair.world.runUntil(500);
    expect(phone.press("5", 400)).toEqual({ ok: true, value: 900 });
    expect(phone.press("6")).toEqual({ ok: true, value: 1060 });
    pair.world.runUntil(700);
    phone.hang();
    pair.world.runUntil(2000);
    phone.lift();
    pair.world.runUntil(3000);
    const heard = decodeDtmf(pair.sent);
    expect(heard.map((one) => one.digit)).toEqual(["5"]);
    expect(heard[0]?.durationMs).toBeLessThan(230);
  });

  it("says what it is given, 16-bit or volts, and needs current for it", () => {
    const { pair, phone } = build();
    const speech = speechLike(pair.world.random("speech"), 500);
    expect(phone.say(speech).ok).toBe(false);
    phone.lift();
    pair.world.runUntil(100);
    expect(phone.say(pcm16FromVolts(speech))).toEqual({ ok: true, value: 600 });
    expect(phone.say(speech)).toEqual({ ok: true, value: 1100 });
    pair.world.runUntil(850);
    pair.feed(false);
    pair.world.runUntil(1500);
    const first = voltsFromPcm16(pcm16FromVolts(speech));
    expect(pair.sent.slice(800, 4800)).toEqual([...first]);
    expect(pair.sent.slice(4800, 6720)).toEqual([...speech.subarray(0, 1920)]);
    expect(levelDbm(pair.sent.slice(6880))).toBe(Number.NEGATIVE_INFINITY);
  });

  it("rings, shows the caller between two bursts, and stops when lifted", () => {
    const { pair, phone, trace } = build();
    const bytes = [0x80, 5, 0x02, 3, 0x31, 0x30, 0x31];
    bytes.push(-bytes.reduce((sum, byte) => sum + byte, 0) & 0xff);
    const burst = fskSignal(Uint8Array.from(bytes), { mode: "bell-202" });
    pair.playout = new Float64Array(8 * 20_000);
    pair.playout.set(burst, 8 * 3500);
    pair.world.runUntil(1000);
    pair.ring(2000);
    pair.world.runUntil(7000);
    pair.ring(2000);
    pair.world.runUntil(7500);
    expect(phone.isRinging).toBe(true);
    phone.lift();
    expect(phone.isRinging).toBe(false);
    pair.world.runUntil(10_000);
    expect(kinds(phone)).toEqual([
      "ringing-started",
      "ringing-stopped",
      "caller-id",
      "ringing-started",
      "ringing-stopped",
    ]);
    const [started, stopped, shown] = phone.observations;
    expect(started).toEqual({ kind: "ringing-started", atMs: 1100, ringHz: 20, ringVolts: 72 });
    expect(stopped?.atMs).toBe(1000 + 1975 + 50);
    expect(shown).toMatchObject({ kind: "caller-id", number: "101" });
    expect(phone.display?.number).toBe("101");
    expect(trace.lines.join("\n")).toContain('"source":"phone alice","kind":"caller-id"');
  });

  it("forgets the last caller when another call rings, and refuses a wrong checksum", () => {
    const { pair, phone } = build();
    const bytes = [0x80, 5, 0x02, 3, 0x31, 0x30, 0x31];
    const sum = -bytes.reduce((total, byte) => total + byte, 0) & 0xff;
    const send = (checksum: number): Float64Array =>
      fskSignal(Uint8Array.from([...bytes, checksum]), { mode: "bell-202" });
    pair.playout = new Float64Array(8 * 30_000);
    pair.playout.set(send(sum), 8 * 1000);
    pair.playout.set(send(sum ^ 1), 8 * 22_000);
    pair.world.runUntil(5000);
    expect(phone.display?.number).toBe("101");
    pair.ring(2000);
    pair.world.runUntil(20_000);
    expect(phone.display).toBeUndefined();
    pair.world.runUntil(25_000);
    expect(kinds(phone).filter((kind) => kind.startsWith("caller"))).toEqual([
      "caller-id",
      "caller-id-bad-checksum",
    ]);
  });

  it("lights its lamp and puts it out", () => {
    const { pair, phone } = build();
    const lamp = (state: number): Float64Array => {
      const bytes = [0x82, 3, 0x0b, 1, state];
      bytes.push(-bytes.reduce((sum, byte) => sum + byte, 0) & 0xff);
      return fskSignal(Uint8Array.from(bytes), { mode: "bell-202" });
    };
    pair.playout = new Float64Array(8 * 6000);
    pair.playout.set(lamp(0xff), 8000);
    pair.playout.set(lamp(0), 8 * 3000);
    pair.world.runUntil(2500);
    expect(phone.messageLamp).toBe(true);
    pair.world.runUntil(6000);
    expect(phone.messageLamp).toBe(false);
  });

  it("knows dial tone only with the handset up, and through its own speech's pauses", () => {
    const { pair, phone } = build();
    pair.playout = sineMix([350, 440], -13, 10_000);
    pair.world.runUntil(2000);
    expect(phone.hears).toBeUndefined();
    phone.lift();
    pair.world.runUntil(3000);
    expect(phone.hears).toBe("dial-tone");
    phone.hang();
    pair.world.runUntil(4000);
    expect(phone.hears).toBeUndefined();
    const [tone, ended] = phone.observations;
    expect(tone).toMatchObject({ kind: "tone", name: "dial-tone" });
    const frequenciesHz = tone?.kind === "tone" ? tone.frequenciesHz : [];
    expect(frequenciesHz.map(Math.round)).toEqual([350, 440]);
    expect(ended).toEqual({ kind: "tone-ended", atMs: 3000, name: "dial-tone" });
  });

  it("records what it hears, its own voice well down, and tells the line dead and back", () => {
    const { pair, phone } = build();
    pair.playout = sineMix([1000], -20, 4000);
    expect(phone.stopRecording()).toBeUndefined();
    phone.lift();
    pair.world.runUntil(1000);
    phone.startRecording();
    phone.say(sineMix([700], -10, 500));
    pair.world.runUntil(2000);
    const recording = phone.stopRecording();
    expect(recording?.startedAtMs).toBe(1000);
    expect(recording?.volts.length).toBe(8000);
    expect(levelDbm(recording?.volts.subarray(4100) ?? [])).toBeCloseTo(-20, 1);
    expect(levelDbm(recording?.volts.subarray(0, 4000) ?? [])).toBeCloseTo(-17.9, 0);
    pair.feed(false);
    pair.world.runUntil(2500);
    pair.feed(true);
    pair.world.runUntil(3000);
    const line = phone.observations.filter((one) => one.kind.startsWith("line"));
    expect(line).toEqual([
      { kind: "line-dead", atMs: 2020 },
      { kind: "line-back", atMs: 2500 },
    ]);
  });

  it("does the same with the same seed", () => {
    const run = (): string => {
      const { pair, phone, trace } = build();
      pair.playout = sineMix([350, 440], -13, 10_000);
      phone.lift();
      phone.dial("12");
      pair.world.runUntil(3000);
      phone.hang();
      pair.world.runUntil(4000);
      return `${trace.sha256()} ${JSON.stringify(pair.edges)}`;
    };
    expect(run()).toBe(run());
  });

  it("tells observers until they take themselves off", () => {
    const { pair, phone } = build();
    const told: string[] = [];
    const stop = phone.onObservation((one) => told.push(one.kind));
    pair.feed(false);
    pair.world.runUntil(100);
    stop();
    pair.feed(true);
    expect(told).toEqual(["line-dead"]);
    expect(kinds(phone)).toEqual(["line-dead", "line-back"]);
  });
});

describe("createRotaryPhone()", () => {
  /** Breaks longer than any bounce, and the makes between them, ms. */
  function pulses(pair: Pair): { readonly breaks: number[]; readonly makes: number[] } {
    const breaks: number[] = [];
    const makes: number[] = [];
    let openedMs = 0;
    let closedMs = 0;
    let open = false;
    let last = pair.edges[0]?.atMs ?? 0;
    pair.edges.forEach((edge, at) => {
      const nextMs = pair.edges[at + 1]?.atMs ?? Number.POSITIVE_INFINITY;
      const settles = nextMs - edge.atMs > 10;
      if (!settles || edge.closed === !open) return;
      open = !edge.closed;
      if (open) {
        openedMs = edge.atMs;
        if (closedMs > 0) makes.push(openedMs - closedMs);
      } else {
        closedMs = edge.atMs;
        breaks.push(closedMs - openedMs);
      }
      last = edge.atMs;
    });
    expect(last).toBeGreaterThan(0);
    return { breaks, makes };
  }

  it("opens the loop once a pulse, in time, with 700 ms between digits", () => {
    const { pair, phone } = build({ bounceMs: 0 });
    phone.lift();
    pair.world.runUntil(1000);
    pair.edges.splice(0);
    const done = phone.dial("20");
    expect(done).toEqual({ ok: true, value: 1000 + 490 + 161 + 700 + 961 });
    pair.world.runUntil(6000);
    const { breaks, makes } = pulses(pair);
    expect(breaks.length).toBe(12);
    for (const ms of breaks) expect(ms).toBeCloseTo(61, 6);
    makes.forEach((ms, at) => {
      expect(ms).toBeCloseTo(at === 1 ? 700 : 39, 6);
    });
  });

  it("bounces within its time and keeps the count", () => {
    const { pair, phone } = build({ bounceMs: 4 });
    phone.lift();
    pair.world.runUntil(1000);
    pair.edges.splice(0);
    phone.dial("5");
    pair.world.runUntil(3000);
    expect(pair.edges.length).toBeGreaterThan(20);
    expect(pulses(pair).breaks.length).toBe(5);
    expect(pair.edges.at(-1)?.closed).toBe(true);
  });

  it("is deaf and dumb while the dial turns", () => {
    const { pair, phone } = build({ bounceMs: 0 });
    pair.playout = sineMix([1000], -20, 4000);
    phone.lift();
    pair.world.runUntil(1000);
    phone.startRecording();
    phone.say(sineMix([700], -10, 3000));
    phone.dial("1");
    pair.world.runUntil(3000);
    const volts = phone.stopRecording()?.volts ?? new Float64Array(0);
    // Off-normal lasts from 0 to 490 + 61 + 40 ms; the mute falls on whole frames of the card.
    expect(levelDbm(volts.subarray(100, 4600))).toBe(Number.NEGATIVE_INFINITY);
    expect(levelDbm(volts.subarray(4900))).toBeGreaterThan(-21);
    expect(levelDbm(pair.sent.slice(8080, 12_600))).toBe(Number.NEGATIVE_INFINITY);
    expect(levelDbm(pair.sent.slice(12_900, 20_000))).toBeCloseTo(-10, 1);
  });

  it("has no star, and stops when it is hung up", () => {
    const { pair, phone } = build({});
    phone.lift();
    pair.world.runUntil(500);
    expect(phone.dial("12*")).toEqual({ ok: false, error: 'a rotary dial has no "*"' });
    phone.dial("9");
    pair.world.runUntil(1300);
    phone.hang();
    pair.world.runUntil(1400);
    const count = pair.edges.length;
    pair.world.runUntil(5000);
    expect(pair.edges.length).toBe(count);
    phone.lift();
    pair.world.runUntil(6000);
    expect(pair.edges.at(-1)?.closed).toBe(true);
    expect(phone.dial("1").ok).toBe(true);
  });
});
