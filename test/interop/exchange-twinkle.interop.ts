import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../src/base/bytes.ts";
import type { Bench } from "../hw-sim/bench/bench.ts";
import { nextRecord } from "./support/conversation.ts";
import { freePorts } from "./support/free-ports.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";
import { startTwinkle } from "./support/twinkle.ts";

const EXTENSION = { number: "201", password: "secret-201" };

/** Our box with its own exchange, and a twinkle that is one of its extensions. */
async function putUp(stage: Stage) {
  const datagrams: string[] = [];
  const port = await freePorts();
  const box = await stage.bench({
    phones: ["touch-tone", "touch-tone"],
    config: { sip: { port }, exchange: { extensions: [EXTENSION], pickupCode: "**" } },
    onDatagram: ({ payload }) => void datagrams.push(latin1FromBytes(payload)),
  });
  const { number: user, password } = EXTENSION;
  const twinkle = await startTwinkle(stage, { user, password, server: `127.0.0.1:${port}` });
  const registered = (): boolean => box.logs.some(({ text }) => text === "201 is registered.");
  expect(await box.world.waitUntil(registered, 15_000), "twinkle registers").toBe(true);
  return { box, twinkle, datagrams };
}

/** Whether the lines come to be in these states. */
async function areIn(box: Bench, ...states: readonly string[]): Promise<void> {
  const now = (): readonly string[] => box.box.status().map(({ call }) => call);
  await box.world.waitUntil(() => now().join() === states.join(), 10_000);
  expect(now()).toEqual(states);
}

describe.skipIf(isPeerMissing("twinkle-console"))("[interop.twinkle] at our exchange", () => {
  it(
    "our telephone calls it; it holds, takes back, and hands us over to our other telephone",
    onStage(async (stage) => {
      const { box, twinkle, datagrams } = await putUp(stage);
      const [alice, bob] = box.phones;
      /** So many offers of its own have come by now: `a=sendonly`, then `a=sendrecv`. */
      const offers = async (count: number): Promise<void> => {
        const came = (): readonly string[] => {
          // One that is answered late goes out again as it is.
          const messages = [...new Set(datagrams)];
          const invites = messages.filter((text) => /^INVITE sip:101@/.test(text));
          return invites.flatMap((text) => /a=(sendonly|inactive|sendrecv)/.exec(text)?.[1] ?? "");
        };
        await box.world.waitUntil(() => came().length >= count, 10_000);
        expect(came()[0]).toBe("sendonly");
        expect(came().length).toBeGreaterThanOrEqual(count);
        await box.world.advance(500);
      };
      alice.lift();
      await alice.dials(EXTENSION.number);
      await alice.hears("ringback");
      twinkle.answer();
      await areIn(box, "talking", "idle");
      // What it is told before its answer has been acknowledged it does not do.
      await box.world.advance(1500);
      twinkle.hold();
      await offers(1);
      twinkle.resume();
      await offers(2);
      twinkle.transfer("102");
      await bob.rings({ withCallerId: "101" });
      bob.lift();
      await areIn(box, "talking", "talking");
      alice.hang();
      await bob.hears("busy");
      expect(await nextRecord(box)).toMatchObject({ result: "answered" });
    }),
  );

  it(
    "sends a call of ours on to our other telephone (302), and a text",
    onStage(async (stage) => {
      const { box, twinkle } = await putUp(stage);
      const [alice, bob] = box.phones;
      twinkle.text("101", "Coffee");
      const texts = () =>
        box.events.flatMap((event) => (event.kind === "message" ? [event.text] : []));
      await box.world.waitUntil(() => texts().length > 0, 15_000);
      expect(texts()).toEqual(["Coffee"]);
      twinkle.sendOn("102");
      await box.world.advance(500);
      alice.lift();
      await alice.dials(EXTENSION.number);
      await bob.rings({ withCallerId: "101" });
      bob.lift();
      await areIn(box, "talking", "talking");
      alice.hang();
      await bob.hears("busy");
    }),
  );

  it(
    "picks up a call that rings at our other telephone, and hangs up",
    onStage(async (stage) => {
      const { box, twinkle } = await putUp(stage);
      const [alice, bob] = box.phones;
      alice.lift();
      await alice.dials("102");
      await bob.rings();
      twinkle.call("**102");
      await areIn(box, "talking", "idle");
      await box.world.advance(1000);
      twinkle.hangUp();
      await alice.hears("busy");
      const ofAlice = () => box.records.filter(({ line }) => line === 1);
      await box.world.waitUntil(() => ofAlice().length > 0, 10_000);
      expect(ofAlice()).toMatchObject([{ to: "102", result: "answered" }]);
    }),
  );
});
