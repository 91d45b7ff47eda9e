import { cobsFrame, withCrc } from "./check-bytes.ts";
import type { CameIn } from "./check-link.ts";
import { type CheckRule, failed, passed, ping } from "./check-rule.ts";

const MICROSECONDS_OFF_MAX_PPM = 500;

const welcomeRule: CheckRule = {
  rules: "R10",
  title: "HELLO is answered by WELCOME within 50 ms, and everything begins at 0",
  async run({ link, slackMs }) {
    const startMs = link.clock.nowMs();
    const found = await link.hello();
    if (found === undefined) return failed("no WELCOME came within 1 s");
    const tookMs = found.atMs - startMs;
    const { packet, seq } = found;
    if (tookMs > 50 + slackMs) return failed(`it took ${Math.round(tookMs)} ms`);
    if (seq !== 0) return failed(`its seq is ${seq}, not 0`);
    if (packet.version !== 1) return failed(`its version is ${packet.version}, not 1`);
    if (packet.packetMaxBytes < 128 || packet.packetMaxBytes > 1400) {
      return failed(`packetMax is ${packet.packetMaxBytes}; it must be 128 to 1400`);
    }
    if (packet.leadFrames < 1 || packet.leadFrames > 8) {
      return failed(`lead is ${packet.leadFrames}; it must be 1 to 8`);
    }
    for (const [at, { flags, ringDutyMax, ringBurstMaxMs }] of packet.lines.entries()) {
      if ((flags & 0x8000) !== 0) return failed(`bit 15 of the flags of line ${at + 1} is not 0`);
      if ((flags & 1) !== 0 && (ringDutyMax === 0 || ringBurstMaxMs === 0)) {
        return failed(`line ${at + 1} has a line interface that must not ring: duty or burst is 0`);
      }
    }
    const status = await ping(link, 1, 100 + slackMs);
    if (status?.status.nextEvent !== 0) return failed("the number of the next event is not 0");
    return passed(`${Math.round(tookMs)} ms; ${packet.lines.length} lines, "${packet.name}"`);
  },
};

const versionRule: CheckRule = {
  rules: "R11",
  title: "HELLO of a version that it does not speak is answered by OUT-OF-SESSION, reason 3",
  async run({ link, slackMs }) {
    link.drain();
    const body = [0x01, link.nextSeq, 0x54, 0x52, 200, 201, 1, 2, 3, 4, 0, 2];
    link.raw(cobsFrame(withCrc(body)));
    const found = await link.take(({ kind }) => kind !== "status", 100 + slackMs);
    if (found?.packet.kind !== "out-of-session") return failed("no OUT-OF-SESSION came");
    const { reason, versionMin, versionMax } = found.packet;
    if (reason !== 3) return failed(`the reason is ${reason}`);
    if (versionMin > 1 || versionMax < 1) return failed("it says that it does not speak version 1");
    return passed();
  },
};

const outOfSessionRule: CheckRule = {
  rules: "R12",
  title: "out of session it is silent, and answers OUT-OF-SESSION once in 100 ms",
  async run({ link, slackMs }) {
    link.keepAlive(false);
    link.send({ kind: "bye" });
    await link.collect(30 + slackMs);
    const unasked = await link.collect(300);
    if (unasked.length > 0) return failed(`it sent ${unasked[0]?.packet.kind} on its own`);
    const answers: CameIn[] = [];
    for (let count = 0; count < 10; count++) {
      link.send({ kind: "ping", token: count });
      answers.push(...(await link.collect(10)));
    }
    // Past the 100 ms in which it may have answered last.
    answers.push(...(await link.collect(110 + slackMs)));
    if (answers.length > 3) return failed(`it answered ${answers.length} times in 250 ms`);
    if (answers.some(({ packet }) => packet.kind !== "out-of-session")) {
      return failed("it answered with something else");
    }
    link.send({ kind: "ping", token: 10 });
    const again = await link.take(({ kind }) => kind === "out-of-session", 60 + slackMs);
    if (again?.packet.kind !== "out-of-session") return failed("a PING was not answered");
    return again.packet.reason === 2 ? passed() : failed(`the reason is ${again.packet.reason}`);
  },
};

const garbageRule: CheckRule = {
  rules: "R5 R6",
  title: "what is broken is dropped and counted, and the next packet is taken",
  async run({ link, slackMs }) {
    const before = await ping(link, 2, 100 + slackMs);
    if (before === undefined) return failed("a PING was not answered");
    const good = withCrc([0x04, link.nextSeq, 9, 9, 9, 9]);
    const wrongCrc = good.map((byte, at) => (at === good.length - 1 ? byte ^ 1 : byte));
    const broken: readonly (readonly [string, Uint8Array])[] = [
      ["zeros", Uint8Array.of(0, 0, 0)],
      ["bytes that are not COBS", Uint8Array.of(9, 1, 2, 0)],
      ["a frame that is too long", new Uint8Array(3000).fill(7)],
      ["its end", Uint8Array.of(0)],
      ["a wrong CRC", cobsFrame(Uint8Array.from(wrongCrc))],
      ["a packet of three bytes", cobsFrame(Uint8Array.of(4, 1, 2))],
      ["an unknown type", cobsFrame(withCrc([0x3f, link.nextSeq, 1]))],
      ["a PING that is cut", cobsFrame(withCrc([0x04, (link.nextSeq + 1) & 0xff, 1]))],
      ["a COMMAND that is cut", cobsFrame(withCrc([0x02, (link.nextSeq + 2) & 0xff, 0]))],
    ];
    for (const [, bytes] of broken) link.raw(bytes);
    link.send({ kind: "ping", token: 3 }, (link.nextSeq + 3) & 0xff);
    const found = await link.take(
      (packet) => packet.kind === "status" && packet.token === 3,
      500 + slackMs,
    );
    if (found?.packet.kind !== "status") return failed("it did not answer any more");
    const since = found.packet.counters;
    const was = before.status.counters;
    const counted = (now: number, then: number): number => (now - then) & 0xffff;
    if (counted(since.badFrames, was.badFrames) !== 2) return failed("bad frames: not 2 counted");
    if (counted(since.badCrcs, was.badCrcs) !== 1) return failed("wrong CRCs: not 1 counted");
    if (counted(since.badPackets, was.badPackets) !== 4)
      return failed("bad packets: not 4 counted");
    return passed();
  },
};

const duplicateRule: CheckRule = {
  rules: "R7",
  title: "a packet with the seq of the one before is dropped; a gap is counted",
  async run({ link, slackMs }) {
    const before = await ping(link, 4, 100 + slackMs);
    const seq = link.nextSeq;
    link.send({ kind: "ping", token: 5 }, seq);
    link.send({ kind: "ping", token: 6 }, seq);
    const answers = await link.collect(50 + slackMs);
    const tokens = answers.flatMap(({ packet }) => (packet.kind === "status" ? packet.token : []));
    if (tokens.includes(6)) return failed("the duplicate was answered");
    if (!tokens.includes(5)) return failed("the first one was not answered");
    link.send({ kind: "ping", token: 7 }, (seq + 6) & 0xff);
    const found = await link.take(
      (packet) => packet.kind === "status" && packet.token === 7,
      50 + slackMs,
    );
    if (found?.packet.kind !== "status" || before === undefined) return failed("no STATUS came");
    const lost = found.packet.counters.lostPackets - before.status.counters.lostPackets;
    return (lost & 0xffff) === 5 ? passed() : failed(`a gap of 5 was counted as ${lost}`);
  },
};

const pingRule: CheckRule = {
  rules: "R14 R15",
  title: "PING is answered within 10 ms, and its clock runs true",
  async run({ link, slackMs }) {
    let worstMs = 0;
    let first: { us: number; ms: number } | undefined;
    let last = { us: 0, ms: 0 };
    for (let count = 0; count < 40; count++) {
      const answer = await ping(link, 100 + count, 100 + slackMs);
      if (answer === undefined) return failed("a PING was not answered");
      const insideMs = ((answer.status.sentUs - answer.status.receivedUs) >>> 0) / 1000;
      if (insideMs > 10) return failed(`it took ${insideMs} ms by its own clock`);
      if (answer.roundTripMs - insideMs > 10 + slackMs) {
        return failed(`the round trip took ${Math.round(answer.roundTripMs)} ms`);
      }
      worstMs = Math.max(worstMs, answer.roundTripMs);
      last = { us: answer.status.receivedUs, ms: link.clock.nowMs() - answer.roundTripMs / 2 };
      first ??= last;
      await link.collect(50);
    }
    const passedUs = (last.us - (first?.us ?? 0)) >>> 0;
    const passedMs = last.ms - (first?.ms ?? 0);
    const ppm = Math.round((passedUs / 1000 / passedMs - 1) * 1e6);
    // What the round trips may differ by stands against the 2 s that were measured.
    const unsurePpm = (worstMs / passedMs) * 1e6;
    if (Math.abs(ppm) > MICROSECONDS_OFF_MAX_PPM + unsurePpm) {
      return failed(`its clock is off by ${ppm} ppm`);
    }
    return passed(`round trip at most ${Math.round(worstMs * 10) / 10} ms`);
  },
};

const watchdogRule: CheckRule = {
  rules: "R13",
  title: "the session outlasts 1.2 s of silence, and has ended after 2 s",
  async run({ link, slackMs }) {
    link.keepAlive(false);
    link.send({ kind: "ping", token: 8 });
    await link.collect(1200);
    if ((await ping(link, 9, 100 + slackMs)) === undefined) {
      return failed("after 1.2 s of silence the session was over");
    }
    await link.collect(2000);
    link.send({ kind: "ping", token: 10 });
    const found = await link.take(() => true, 100 + slackMs);
    if (found?.packet.kind !== "out-of-session") return failed("after 2 s the session still held");
    return found.packet.reason === 2 ? passed() : failed(`the reason is ${found.packet.reason}`);
  },
};

/** What a card must do whatever its lines are. */
export const SESSION_RULES: readonly CheckRule[] = [
  welcomeRule,
  versionRule,
  outOfSessionRule,
  garbageRule,
  duplicateRule,
  pingRule,
  watchdogRule,
];
