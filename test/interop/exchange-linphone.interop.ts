import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { hexFromBytes } from "../../src/base/bytes.ts";
import { parseStun, STUN_ATTRIBUTE, stunAttribute } from "../../src/base/stun/stun-message.ts";
import type { Bench } from "../hw-sim/bench/bench.ts";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import { listen, nextRecord } from "./support/conversation.ts";
import { startCoturn } from "./support/coturn.ts";
import { freePorts } from "./support/free-ports.ts";
import { type Linphone, startLinphone } from "./support/linphone.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";
import { expectTone } from "./support/tone-check.ts";

/** Its candidates are this machine's addresses on a network; loopback is none. */
const hasNetwork = Object.values(networkInterfaces()).some((entries = []) =>
  entries.some(({ internal, family }) => !internal && family === "IPv4"),
);
const LINPHONE_HZ = 440;
const HEARD_MS = 1000;
const ENOUGH_MS = 700;
const EXTENSION = { number: "201", password: "secret-201" };

interface Place {
  readonly box: Bench;
  readonly linphone: Linphone;
  readonly server: string;
  /** Every datagram of ours so far. */
  readonly datagrams: readonly CapturedDatagram[];
}

/** Our box with its own exchange, and a linphone that is one of its extensions. */
async function putUp(stage: Stage, iceByStunPort?: number): Promise<Place> {
  const datagrams: CapturedDatagram[] = [];
  const port = await freePorts();
  const server = `127.0.0.1:${port}`;
  const box = await stage.bench({
    phones: ["touch-tone", "touch-tone"],
    config: {
      sip: { port },
      exchange: { extensions: [EXTENSION] },
      ...(iceByStunPort === undefined ? {} : { rtp: { ice: "lite" } }),
    },
    onDatagram: (one) => void datagrams.push(one),
  });
  const { number: user, password } = EXTENSION;
  const linphone = await startLinphone(stage, {
    ...{ user, password, server, toneHz: LINPHONE_HZ },
    ...(iceByStunPort === undefined ? {} : { iceByStunPort }),
  });
  const registered = (): boolean => box.logs.some(({ text }) => text === "201 is registered.");
  expect(await box.world.waitUntil(registered, 15_000), "linphone registers").toBe(true);
  return { box, linphone, server, datagrams };
}

/** Our first telephone calls linphone, which answers. */
async function callsLinphone({ box, linphone }: Place): Promise<void> {
  const [alice] = box.phones;
  await alice.calls(EXTENSION.number);
  await alice.hears("ringback");
  linphone.answer();
  await alice.hearsNoTone();
  expectTone(await listen(box, alice, HEARD_MS), LINPHONE_HZ, ENOUGH_MS);
}

describe.skipIf(isPeerMissing("linphonec"))("[interop.linphone] at our exchange", () => {
  it(
    "our telephone calls it, holds it by flash, takes it back, and hangs up",
    onStage(async (stage) => {
      const place = await putUp(stage);
      const [alice] = place.box.phones;
      await callsLinphone(place);
      alice.flash();
      await alice.hears("dial-tone");
      await place.box.world.advance(1000);
      alice.flash();
      await alice.hearsNoTone();
      await place.box.world.advance(1000);
      expectTone(await listen(place.box, alice, HEARD_MS), LINPHONE_HZ, ENOUGH_MS);
      place.linphone.hangUp();
      await alice.hears("busy");
      const ended = { to: EXTENSION.number, result: "answered", endedBy: "far" };
      expect(await nextRecord(place.box)).toMatchObject(ended);
    }),
  );

  it(
    "attended transfer: our telephone hangs up, and linphone talks to the other one",
    onStage(async (stage) => {
      const place = await putUp(stage);
      const [alice, bob] = place.box.phones;
      await callsLinphone(place);
      alice.flash();
      await alice.hears("dial-tone");
      await alice.dials("102");
      await bob.rings();
      bob.lift();
      await alice.hearsNoTone();
      await place.box.world.advance(1000);
      alice.hang();
      await place.box.world.advance(3000);
      expectTone(await listen(place.box, bob, HEARD_MS), LINPHONE_HZ, ENOUGH_MS);
      expect(place.box.box.status()[0]?.call).toBe("idle");
    }),
  );

  it(
    "blind transfer by code: linphone calls the other one",
    onStage(async (stage) => {
      const place = await putUp(stage);
      const [alice, bob] = place.box.phones;
      await callsLinphone(place);
      alice.flash();
      await alice.hears("dial-tone");
      await alice.dials("*98102");
      alice.hang();
      await bob.rings({ withCallerId: EXTENSION.number });
      bob.lift();
      await place.box.world.advance(2000);
      expectTone(await listen(place.box, bob, HEARD_MS), LINPHONE_HZ, ENOUGH_MS);
    }),
  );

  it(
    "linphone hands our telephone over: ours calls the other one",
    onStage(async (stage) => {
      const place = await putUp(stage);
      const [alice, bob] = place.box.phones;
      await callsLinphone(place);
      place.linphone.transfer("sip:102@127.0.0.1");
      await bob.rings({ withCallerId: "101" });
      bob.lift();
      await alice.hearsNoTone();
      expect(await nextRecord(place.box)).toMatchObject({ to: EXTENSION.number });
      expect(place.box.box.status().map(({ call }) => call)).toEqual(["talking", "talking"]);
    }),
  );

  it.skipIf(!hasNetwork || isPeerMissing("turnserver"))(
    "calls our telephone by ICE in full: its checks are answered, and its voice is heard",
    onStage(async (stage) => {
      const { box, linphone, server, datagrams } = await putUp(stage, await startCoturn(stage));
      const [alice] = box.phones;
      linphone.call(`sip:101@${server}`);
      await alice.rings({ withCallerId: EXTENSION.number });
      alice.lift();
      await alice.hearsNoTone();
      expectTone(await listen(box, alice, HEARD_MS), LINPHONE_HZ, ENOUGH_MS);
      const checks = datagrams.map(({ payload }) => parseStun(payload));
      const kinds = checks.flatMap((check) => (check.ok ? [check.value] : []));
      const withName = kinds.filter((one) => stunAttribute(one, STUN_ATTRIBUTE.username));
      expect(withName.some(({ kind }) => kind === "request")).toBe(true);
      const asked = withName.map(({ transaction }) => hexFromBytes(transaction));
      const answered = kinds.filter(({ kind }) => kind === "success");
      expect(answered.some(({ transaction }) => asked.includes(hexFromBytes(transaction)))).toBe(
        true,
      );
      linphone.hangUp();
      await alice.hears("busy");
    }),
  );
});
