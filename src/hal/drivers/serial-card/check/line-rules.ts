import type { CardEvent, CardReply } from "../card-packets.ts";
import { EVENT_KINDS, LINE_FLAGS, OPS } from "../wire-numbers.ts";
import { type CheckContext, type CheckRule, can, failed, passed, skipped } from "./check-rule.ts";

/** RING with on = 1, the card's own shape and volts, 20 Hz. */
const ringFor = (ms: number): number[] => [1, 0, 0, 200, 0, ms >> 8, ms & 0xff];
const RING_OFF = [0, 0, 0, 0, 0, 0, 0];
/** What a chip may take to end its burst. */
const RING_END_MS = 50;
const HOOK_WAIT_MS = 30_000;
/** So many bursts a person has to lift a receiver in. */
const TRIP_BURSTS = 6;
/** What a card's tick may add to the time that current has to flow. */
const TRIP_LATE_MS = 3;
/** Long enough for any contact to settle. */
const BOUNCE_MS = 300;

async function stateOf({ link, line }: CheckContext): Promise<readonly number[]> {
  return [...((await link.ask(line, OPS.state))?.data ?? [])];
}

/** Collects events, acknowledged as they come, for a time or until one fits. */
async function eventsFor(
  { link }: CheckContext,
  ms: number,
  until: (event: CardEvent) => boolean = () => false,
): Promise<readonly { readonly atMs: number; readonly event: CardEvent }[]> {
  const endMs = link.clock.nowMs() + ms;
  const events: { atMs: number; event: CardEvent }[] = [];
  let next: number | undefined;
  while (link.clock.nowMs() < endMs) {
    const found = await link.take(({ kind }) => kind === "events", endMs - link.clock.nowMs());
    if (found?.packet.kind !== "events") break;
    for (const [at, event] of found.packet.events.entries()) {
      const number = (found.packet.first + at) & 0xff;
      if (next !== undefined && number !== next) continue;
      next = (number + 1) & 0xff;
      events.push({ atMs: found.atMs, event });
    }
    link.send({ kind: "ack", nextEvent: next ?? 0 });
    if (events.some(({ event }) => until(event))) break;
  }
  return events;
}

const resetRule: CheckRule = {
  rules: "R19",
  title: "RESET makes the line safe and tells its state",
  async run(context) {
    const reply = await context.link.ask(context.line, OPS.reset);
    if (reply === undefined) return failed("no REPLY came");
    const [feed, ringing, , fault] = reply.data;
    if (reply.status !== 0) return failed(`the status is ${reply.status}`);
    if (reply.data.length < 4) return failed(`${reply.data.length} bytes of state came, not 4`);
    if (feed !== 1 || ringing !== 0) return failed(`feed is ${feed}, ringing is ${ringing}`);
    return fault === 0 ? passed() : failed(`the line has a fault, code ${fault}`);
  },
};

const onceRule: CheckRule = {
  rules: "R17",
  title: "a repeated tag gets the same reply, and is not carried out again",
  async run(context) {
    const { link, line, slackMs } = context;
    if (!can(context, LINE_FLAGS.reversal)) return skipped("the line cannot reverse");
    await link.ask(line, OPS.reset);
    const say = async (tag: number, feed: number): Promise<CardReply | undefined> => {
      link.send({ kind: "command", line, tag, op: OPS.feed, args: Uint8Array.of(feed) });
      return link.reply(line, tag, 50 + slackMs);
    };
    if ((await say(200, 2))?.status !== 0) return failed("FEED reverse was not done");
    if ((await say(201, 1))?.status !== 0) return failed("FEED forward was not done");
    // The tag of the command before, as if it had been repeated: it carries another feed.
    if ((await say(201, 2))?.status !== 0) return failed("the repeated tag got no reply");
    const [feed] = await stateOf(context);
    return feed === 1 ? passed() : failed(`the repeated tag was carried out: feed is ${feed}`);
  },
};

const refusalRule: CheckRule = {
  rules: "R18",
  title: "what it cannot do is refused with the right status, and changes nothing",
  async run(context) {
    const { link, line, welcome } = context;
    const rows: (readonly [string, number, number, readonly number[], number])[] = [
      ["an unknown op", line, 0x7f, [], 1],
      ["a line that is not there", welcome.lines.length + 100, OPS.state, [], 3],
    ];
    if (can(context, LINE_FLAGS.slic)) {
      rows.push(["feed 9", line, OPS.feed, [9], 2], ["FEED without a feed", line, OPS.feed, [], 2]);
    }
    const optional: readonly (readonly [string, number, number, readonly number[]])[] = [
      ["feed reverse", LINE_FLAGS.reversal, OPS.feed, [2]],
      ["feed open", LINE_FLAGS.openLoop, OPS.feed, [0]],
      ["feed power-down", LINE_FLAGS.powerDown, OPS.feed, [3]],
      ["LAMP", LINE_FLAGS.lamp, OPS.lamp, [1]],
      ["MEASURE", LINE_FLAGS.measures, OPS.measure, []],
      ["LEVELS", LINE_FLAGS.levels, OPS.levels, [0, 0, 0, 0]],
      ["IMPEDANCE", LINE_FLAGS.impedance, OPS.impedance, [0]],
      ["SPI", LINE_FLAGS.spi, OPS.spi, [0, 0]],
      ["AUDIO", LINE_FLAGS.audio, OPS.audio, [1]],
    ];
    for (const [what, flag, op, args] of optional) {
      if (!can(context, flag)) rows.push([what, line, op, args, 4]);
    }
    const before = await stateOf(context);
    for (const [what, at, op, args, expected] of rows) {
      const reply = await link.ask(at, op, args);
      if (reply === undefined) return failed(`${what}: no REPLY came`);
      if (reply.status !== expected) {
        return failed(`${what}: the status is ${reply.status}, not ${expected}`);
      }
      if (reply.data.length > 0) return failed(`${what}: a refusal with data`);
    }
    const after = await stateOf(context);
    return after.join() === before.join() ? passed() : failed("the line's state changed");
  },
};

const feedRule: CheckRule = {
  rules: "R18",
  title: "FEED puts the line into each feed that it can",
  async run(context) {
    const { link, line } = context;
    if (!can(context, LINE_FLAGS.slic)) return skipped("the line has no line interface");
    const flags = [LINE_FLAGS.openLoop, 0, LINE_FLAGS.reversal, LINE_FLAGS.powerDown];
    for (const [feed, flag] of flags.entries()) {
      if (flag !== 0 && !can(context, flag)) continue;
      const reply = await link.ask(line, OPS.feed, [feed]);
      const [told] = await stateOf(context);
      if (reply?.status !== 0) return failed(`feed ${feed}: ${statusText(reply)}`);
      if (told !== feed) return failed(`feed ${feed} was done, but STATE tells ${told}`);
      if (feed === 0 || feed === 3) {
        const ringing = await link.ask(line, OPS.ring, ringFor(100));
        if (ringing?.status !== 5) return failed(`RING in feed ${feed}: ${statusText(ringing)}`);
      }
    }
    await link.ask(line, OPS.feed, [1]);
    return passed();
  },
};

const ringRule: CheckRule = {
  rules: "R20 R21",
  title: "RING lasts as long as it was told, ends when told, and a FEED meanwhile holds afterwards",
  async run(context) {
    const { link, line, mayRing, slackMs } = context;
    if (!can(context, LINE_FLAGS.slic)) return skipped("the line has no line interface");
    if (!mayRing) return skipped("bells may not ring");
    await link.ask(line, OPS.reset);
    const startMs = link.clock.nowMs();
    if ((await link.ask(line, OPS.ring, ringFor(400)))?.status !== 0) return failed("not done");
    if ((await stateOf(context))[1] !== 1) return failed("it was done, but STATE tells no ringing");
    const isStop = ({ event }: CardEvent): boolean => event === EVENT_KINDS.ringStopped;
    const stopped = (await eventsFor(context, 600 + slackMs, isStop)).at(-1);
    if (stopped === undefined || !isStop(stopped.event)) return failed("no RING-STOPPED came");
    if (stopped.event.value !== 2) return failed(`RING-STOPPED says ${stopped.event.value}, not 2`);
    const tookMs = stopped.atMs - startMs;
    if (tookMs < 400 - slackMs || tookMs > 400 + RING_END_MS + slackMs) {
      return failed(`400 ms of ringing took ${Math.round(tookMs)} ms`);
    }
    await link.ask(line, OPS.ring, ringFor(1000));
    const reverses = can(context, LINE_FLAGS.reversal);
    if (reverses && (await link.ask(line, OPS.feed, [2]))?.status !== 0) {
      return failed("FEED while it rings was not taken");
    }
    await link.ask(line, OPS.ring, RING_OFF);
    const unasked = (await eventsFor(context, RING_END_MS + slackMs)).some((one) =>
      isStop(one.event),
    );
    if (unasked) return failed("RING-STOPPED came though it was asked to stop");
    const [feed, ringing] = await stateOf(context);
    if (ringing !== 0) return failed("it rings on after RING off");
    await link.ask(line, OPS.reset);
    return !reverses || feed === 2 ? passed() : failed("the FEED meanwhile does not hold");
  },
};

const burstRule: CheckRule = {
  rules: "R13 R20",
  title: "ringing ends at the burst limit, and when the host falls silent",
  async run(context) {
    const { link, line, info, mayRing, slackMs } = context;
    if (!can(context, LINE_FLAGS.slic)) return skipped("the line has no line interface");
    if (!mayRing) return skipped("bells may not ring");
    await link.ask(line, OPS.reset);
    await link.ask(line, OPS.ring, ringFor(0));
    const limitMs = info.ringBurstMaxMs + RING_END_MS + slackMs;
    const isStop = ({ event }: CardEvent): boolean => event === EVENT_KINDS.ringStopped;
    const stopped = (await eventsFor(context, limitMs, isStop)).at(-1);
    if (stopped === undefined || !isStop(stopped.event)) {
      return failed(`it rang on after its burst limit of ${info.ringBurstMaxMs} ms`);
    }
    await link.ask(line, OPS.ring, ringFor(0));
    link.keepAlive(false);
    await link.collect(2000);
    link.keepAlive(true);
    if ((await link.hello()) === undefined) return failed("no WELCOME came afterwards");
    const [, ringing] = await stateOf(context);
    return ringing === 0 ? passed() : failed("it rings after the watchdog");
  },
};

const measureRule: CheckRule = {
  rules: "R18",
  title: "MEASURE tells four values within 250 ms",
  async run(context) {
    const { link, line, slackMs } = context;
    if (!can(context, LINE_FLAGS.measures)) return skipped("the line does not measure");
    const startMs = link.clock.nowMs();
    const reply = await link.ask(line, OPS.measure);
    const tookMs = link.clock.nowMs() - startMs;
    if (reply?.status !== 0) return failed(statusText(reply));
    if (reply.data.length < 8) return failed(`${reply.data.length} bytes came, not 8`);
    return tookMs > 250 + slackMs ? failed(`it took ${Math.round(tookMs)} ms`) : passed();
  },
};

const spiRule: CheckRule = {
  rules: "R23",
  title: "SPI gives as many bytes back as went out",
  async run(context) {
    if (!can(context, LINE_FLAGS.spi)) return skipped("the line has no chip on SPI");
    for (const bytes of [[0x80, 0], [0x80, 0, 0x81, 0], Array<number>(64).fill(0x80)]) {
      const reply = await context.link.ask(context.line, OPS.spi, [7, ...bytes]);
      if (reply?.status !== 0) return failed(statusText(reply));
      if (reply.data.length !== bytes.length) return failed(`${reply.data.length} bytes came`);
    }
    return passed();
  },
};

const hookRule: CheckRule = {
  rules: "R24 R25 R26",
  title: "hook changes are told, repeated until they are acknowledged, in order",
  async run(context) {
    const { link, line, tell, slackMs } = context;
    if (!can(context, LINE_FLAGS.slic)) return skipped("the line has no line interface");
    if (tell === undefined) return skipped("nobody is there to lift a receiver");
    await link.ask(line, OPS.reset);
    tell(`lift the receiver of line ${line + 1}`);
    const first = await link.take(({ kind }) => kind === "events", HOOK_WAIT_MS);
    if (first?.packet.kind !== "events") return failed("no event came within 30 s");
    // What bounces is told meanwhile, with all that was not acknowledged.
    await link.collect(BOUNCE_MS);
    const again = await link.take(({ kind }) => kind === "events", 45 + slackMs);
    if (again?.packet.kind !== "events") return failed("it was not repeated within 40 ms");
    if (again.packet.first !== first.packet.first) return failed("the repeat begins later");
    tell(`hang up the receiver of line ${line + 1}`);
    const isOpen = (event: CardEvent): boolean =>
      event.event === EVENT_KINDS.loop && event.value === 0 && event.line === line;
    // After the receiver was put down: what bounces on the way up is over.
    const events = await eventsFor(context, HOOK_WAIT_MS, isOpen);
    const loops = events.flatMap(({ event }) =>
      event.line === line && event.event === EVENT_KINDS.loop ? [event.value] : [],
    );
    if (loops.some((value, at) => value !== (at % 2 === 0 ? 1 : 0))) {
      return failed(`LOOP events do not alternate: ${loops.join(" ")}`);
    }
    if (loops.length === 0) return failed("no LOOP event of this line came");
    link.drain();
    const quiet = (await link.collect(100)).filter(({ packet }) => packet.kind === "events");
    return quiet.length < 3 ? passed() : failed("what was acknowledged is told again");
  },
};

/** How long current flowed without a break before the last of these events, by the card's time. */
function longestCurrentMs(events: readonly CardEvent[]): number {
  let longestMs = 0;
  let since: CardEvent | undefined;
  for (const event of events) {
    if (since !== undefined) {
      longestMs = Math.max(longestMs, ((event.timeUs - since.timeUs) >>> 0) / 1000);
    }
    if (event.event === EVENT_KINDS.loop) since = event.value === 1 ? event : undefined;
  }
  return longestMs;
}

const tripRule: CheckRule = {
  rules: "R30",
  title: "ringing ends by itself at a receiver that is lifted",
  async run(context) {
    const { link, line, tell, info, mayRing, slackMs } = context;
    if (!can(context, LINE_FLAGS.slic)) return skipped("the line has no line interface");
    if (info.tripMs === 0) return skipped("the card leaves that to the host");
    if (!mayRing) return skipped("bells may not ring");
    if (tell === undefined) return skipped("nobody is there to lift a receiver");
    await link.ask(line, OPS.reset);
    tell(`lift the receiver of line ${line + 1} while it rings`);
    const isLoop = ({ event }: CardEvent): boolean => event === EVENT_KINDS.loop;
    const isStop = ({ event }: CardEvent): boolean => event === EVENT_KINDS.ringStopped;
    const pauseMs = info.ringBurstMaxMs * (1 / info.ringDutyMax - 1);
    let seen: readonly CardEvent[] = [];
    let answer = -1;
    for (let burst = 0; burst < TRIP_BURSTS && answer < 0; burst++) {
      // What happens meanwhile is acknowledged: it is no part of the next burst.
      if (burst > 0) await eventsFor(context, pauseMs);
      await link.ask(line, OPS.ring, ringFor(0));
      const told = await eventsFor(context, info.ringBurstMaxMs + RING_END_MS, isStop);
      seen = told.map(({ event }) => event).filter((event) => event.line === line);
      answer = seen.findIndex((event) => isStop(event) && event.value === 1);
      // A receiver lifted as the burst ends says nothing yet: the next burst does.
      if (answer < 0 && longestCurrentMs(seen) > info.tripMs + TRIP_LATE_MS) break;
    }
    // The chip's own way out of ringing takes its time.
    await link.collect(RING_END_MS + slackMs);
    const [, ringing] = await stateOf(context);
    tell(`hang up the receiver of line ${line + 1}`);
    await eventsFor(context, HOOK_WAIT_MS, (event) => isLoop(event) && event.value === 0);
    const end = seen[answer];
    if (end === undefined) return failed("no RING-STOPPED came that says ring trip");
    const lifted = seen.slice(0, answer).findLast((event) => isLoop(event) && event.value === 1);
    const tookMs = lifted === undefined ? 0 : ((end.timeUs - lifted.timeUs) >>> 0) / 1000;
    if (tookMs > info.tripMs + slackMs) {
      return failed(`it took ${Math.round(tookMs)} ms, and tripMs is ${info.tripMs}`);
    }
    return ringing === 0 ? passed() : failed("it rings on after it told the end");
  },
};

function statusText(reply: CardReply | undefined): string {
  return reply === undefined ? "no REPLY came" : `the status is ${reply.status}`;
}

/** What a card must do with a line. */
export const LINE_RULES: readonly CheckRule[] = [
  resetRule,
  onceRule,
  refusalRule,
  feedRule,
  ringRule,
  burstRule,
  measureRule,
  spiRule,
  hookRule,
  tripRule,
];
