import { describe, expect, it } from "vitest";
import type { Bench } from "../hw-sim/bench/bench.ts";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import {
  listen,
  nextRecord,
  SPEAKING_MS,
  soundOf,
  speakAndListen,
} from "./support/conversation.ts";
import { freePorts } from "./support/free-ports.ts";
import { isPeerMissing } from "./support/programs.ts";
import { type Sipp, startSipp } from "./support/sipp.ts";
import { onStage, type Stage } from "./support/stage.ts";
import { expectTone } from "./support/tone-check.ts";

const EXTENSION = { number: "301", password: "secret-301" };
const SIPP_HZ = 620;
const OURS_HZ = 1000;
const ENOUGH_MS = 0.7 * SPEAKING_MS;
const ENDS_WITHIN_MS = 10_000;

/** Our box with its own exchange, at which SIPp is an extension. */
interface Place {
  readonly box: Bench;
  /** Every datagram of ours so far. */
  readonly datagrams: CapturedDatagram[];
  /** Starts a SIPp that calls. */
  calls(to: string, scenario: string, pauseMs?: number): Promise<Sipp>;
  /**
   * Starts a SIPp that can be called; it is registered when this resolves, beside others that are.
   */
  isCalled(scenario: string, as?: "register" | "register-second"): Promise<Sipp>;
}

async function putUp(stage: Stage, qop?: readonly "auth-int"[]): Promise<Place> {
  const exchangePort = await freePorts();
  const datagrams: CapturedDatagram[] = [];
  const box = await stage.bench({
    config: {
      sip: { port: exchangePort },
      exchange: { extensions: [EXTENSION], ...(qop === undefined ? {} : { qop }) },
    },
    onDatagram: (datagram) => datagrams.push(datagram),
  });
  const server = `127.0.0.1:${exchangePort}`;
  const user = EXTENSION.number;
  const { password } = EXTENSION;
  return {
    box,
    datagrams,
    calls: (to, scenario, pauseMs = 0) =>
      startSipp(stage, { scenario, server, to, user, password, pauseMs }),
    isCalled: async (scenario, as = "register") => {
      const called = await startSipp(stage, { scenario, server, toneHz: SIPP_HZ });
      const keys = { contact_port: called.port };
      const register = { scenario: as, server, user, password, keys };
      await (await startSipp(stage, register)).program.succeeds(ENDS_WITHIN_MS);
      return called;
    },
  };
}

describe.skipIf(isPeerMissing("sipp"))("[interop.sipp] SIPp calls our telephone", () => {
  it(
    "it rings and shows who calls; SIPp hears us, and hangs up",
    onStage(async (stage) => {
      const { box, datagrams, calls } = await putUp(stage);
      const [alice] = box.phones;
      const sipp = await calls("101", "caller-hangs-up", 2500);
      await alice.rings({ withCallerId: EXTENSION.number });
      alice.lift();
      await speakAndListen(box, alice, OURS_HZ);
      // What SIPp hears it sends back.
      const echoed = datagrams.filter(({ from }) => from.port === sipp.mediaPort);
      expectTone(soundOf(echoed), OURS_HZ, ENOUGH_MS);
      await alice.hears("busy");
      await sipp.program.succeeds(ENDS_WITHIN_MS);
      const ended = { direction: "in", from: EXTENSION.number, result: "answered", endedBy: "far" };
      expect(await nextRecord(box)).toMatchObject(ended);
    }),
  );

  it(
    "whose answer to the challenge has to cover its offer (auth-int)",
    onStage(async (stage) => {
      const { box, calls } = await putUp(stage, ["auth-int"]);
      const [, bob] = box.phones;
      const sipp = await calls("102", "caller-gives-up");
      await bob.rings();
      await sipp.program.succeeds(ENDS_WITHIN_MS);
      expect(await nextRecord(box)).toMatchObject({ from: EXTENSION.number, result: "missed" });
    }),
  );

  it(
    "SIPp gives up while it rings: the bell stops",
    onStage(async (stage) => {
      const { box, calls } = await putUp(stage);
      const [, bob] = box.phones;
      const sipp = await calls("102", "caller-gives-up");
      await bob.rings();
      await sipp.program.succeeds(ENDS_WITHIN_MS);
      expect(await nextRecord(box)).toMatchObject({ result: "missed", endedBy: "far" });
      await box.world.advance(300);
      expect(bob.phone.isRinging).toBe(false);
    }),
  );
});

describe.skipIf(isPeerMissing("sipp"))("[interop.sipp] our telephone calls SIPp", () => {
  it(
    "it answers, we hear its tone, we hang up",
    onStage(async (stage) => {
      const { box, isCalled } = await putUp(stage);
      const [alice] = box.phones;
      const sipp = await isCalled("called-answers");
      alice.lift();
      await alice.dials(EXTENSION.number);
      await box.world.advance(1000);
      expectTone(await listen(box, alice, 1000), SIPP_HZ, 700);
      alice.hang();
      await sipp.program.succeeds(ENDS_WITHIN_MS);
      const ended = { to: EXTENSION.number, result: "answered", endedBy: "near", codec: "PCMU" };
      expect(await nextRecord(box)).toMatchObject(ended);
    }),
  );

  it(
    "we hang up while it rings: it is told CANCEL",
    onStage(async (stage) => {
      const { box, isCalled } = await putUp(stage);
      const [alice] = box.phones;
      const sipp = await isCalled("called-rings");
      alice.lift();
      await alice.dials(EXTENSION.number);
      await alice.hears("ringback");
      alice.hang();
      await sipp.program.succeeds(ENDS_WITHIN_MS);
      expect(await nextRecord(box)).toMatchObject({ result: "cancelled", endedBy: "near" });
    }),
  );

  it(
    "it refuses with 486: busy tone",
    onStage(async (stage) => {
      const { box, isCalled } = await putUp(stage);
      const [alice] = box.phones;
      const sipp = await isCalled("called-refuses");
      alice.lift();
      await alice.dials(EXTENSION.number);
      await alice.hears("busy");
      await sipp.program.succeeds(ENDS_WITHIN_MS);
      expect(await nextRecord(box)).toMatchObject({ result: "busy", sipStatus: 486 });
    }),
  );

  it(
    "two contacts ring at once: the one that does not answer is told CANCEL",
    onStage(async (stage) => {
      const { box, isCalled } = await putUp(stage);
      const [alice] = box.phones;
      const rings = await isCalled("called-rings");
      const answers = await isCalled("called-answers");
      alice.lift();
      await alice.dials(EXTENSION.number);
      await rings.program.succeeds(ENDS_WITHIN_MS);
      await box.world.advance(500);
      expectTone(await listen(box, alice, 1000), SIPP_HZ, 700);
      alice.hang();
      await answers.program.succeeds(ENDS_WITHIN_MS);
      expect(await nextRecord(box)).toMatchObject({ result: "answered" });
    }),
  );

  it(
    "a contact that is preferred less is called once the first has refused",
    onStage(async (stage) => {
      const { box, isCalled } = await putUp(stage);
      const [alice] = box.phones;
      const second = await isCalled("called-answers", "register-second");
      const first = await isCalled("called-refuses");
      alice.lift();
      await alice.dials(EXTENSION.number);
      await first.program.succeeds(ENDS_WITHIN_MS);
      await box.world.advance(1000);
      expectTone(await listen(box, alice, 1000), SIPP_HZ, 700);
      alice.hang();
      await second.program.succeeds(ENDS_WITHIN_MS);
      expect(await nextRecord(box)).toMatchObject({ result: "answered" });
    }),
  );

  it(
    "it sends a tone before it answers: we hear that, not ringback",
    onStage(async (stage) => {
      const { box, isCalled } = await putUp(stage);
      const [alice] = box.phones;
      const sipp = await isCalled("called-announces");
      alice.lift();
      await alice.dials(EXTENSION.number);
      await box.world.advance(500);
      expectTone(await listen(box, alice, 1200), SIPP_HZ, 900);
      expect(box.records).toEqual([]);
      await box.world.advance(2000);
      alice.hang();
      await sipp.program.succeeds(ENDS_WITHIN_MS);
      expect(await nextRecord(box)).toMatchObject({ result: "answered" });
    }),
  );
});

describe.skipIf(isPeerMissing("sipp"))(
  "[interop.sipp] SIPp calls SIPp through our exchange",
  () => {
    it(
      "pictures, floor control and what nobody has heard of cross as they are, both ways",
      onStage(async (stage) => {
        const port = await freePorts();
        const server = `127.0.0.1:${port}`;
        const datagrams: CapturedDatagram[] = [];
        const callee = { number: "302", password: "secret-302" };
        const box = await stage.bench({
          config: { sip: { port }, exchange: { extensions: [EXTENSION, callee] } },
          onDatagram: (datagram) => datagrams.push(datagram),
        });
        const called = await startSipp(stage, { scenario: "called-shows", server });
        const { number: user, password } = callee;
        const keys = { contact_port: called.port };
        const register = { scenario: "register", server, user, password, keys };
        await (await startSipp(stage, register)).program.succeeds(ENDS_WITHIN_MS);
        const caller = await startSipp(stage, {
          ...{ scenario: "caller-shows", server, to: user },
          ...{ user: EXTENSION.number, password: EXTENSION.password },
        });
        await caller.program.succeeds(ENDS_WITHIN_MS);
        await called.program.succeeds(ENDS_WITHIN_MS);
        const bodies = (from: number, to: number): readonly string[] => [
          ...new Set(
            datagrams
              .filter((one) => one.from.port === from && one.to.port === to)
              .map(({ payload }) => Buffer.from(payload).toString("latin1"))
              .flatMap((text) => text.split("\r\n\r\nv=0").slice(1)),
          ),
        ];
        // Offer, answer to the re-INVITE; answer, offer of the re-INVITE.
        for (const [from, to] of [
          [caller.port, called.port],
          [called.port, caller.port],
        ] as const) {
          const sent = bodies(from, port);
          expect(sent).toHaveLength(2);
          expect(bodies(port, to)).toEqual(sent);
        }
        expect(bodies(port, called.port)[0]).toContain("m=x-telepathy 9 mind/matter 1 two");
        expect(box.logs.some(({ level }) => level === "error")).toBe(false);
      }),
    );
  },
);
