import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { hexFromBytes } from "../../src/base/bytes.ts";
import { parseStun, STUN_ATTRIBUTE, stunAttribute } from "../../src/base/stun/stun-message.ts";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import { nextRecord } from "./support/conversation.ts";
import { startCoturn } from "./support/coturn.ts";
import { freePorts } from "./support/free-ports.ts";
import { startLinphone } from "./support/linphone.ts";
import {
  attendedTransfer,
  blindTransfer,
  callsLinphone,
  hearsLinphone,
  holdsByFlash,
  isHandedOver,
  LINPHONE_HZ,
  type LinphonePlace,
} from "./support/linphone-calls.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

/** Its candidates are this machine's addresses on a network; loopback is none. */
const hasNetwork = Object.values(networkInterfaces()).some((entries = []) =>
  entries.some(({ internal, family }) => !internal && family === "IPv4"),
);
const EXTENSION = { number: "201", password: "secret-201" };

interface Place extends LinphonePlace {
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
  return { box, linphone, number: user, server, datagrams };
}

describe.skipIf(isPeerMissing("linphonec"))("[interop.linphone] at our exchange", () => {
  it(
    "our telephone calls it, holds it by flash, takes it back, and hangs up",
    onStage(async (stage) => {
      const place = await putUp(stage);
      const [alice] = place.box.phones;
      await callsLinphone(place);
      await holdsByFlash(place);
      place.linphone.hangUp();
      await alice.hears("busy");
      const ended = { to: EXTENSION.number, result: "answered", endedBy: "far" };
      expect(await nextRecord(place.box)).toMatchObject(ended);
    }),
  );

  it(
    "attended transfer: our telephone hangs up, and linphone talks to the other one",
    onStage(async (stage) => attendedTransfer(await putUp(stage))),
  );

  it(
    "blind transfer by code: linphone calls the other one",
    onStage(async (stage) => blindTransfer(await putUp(stage))),
  );

  it(
    "linphone hands our telephone over: ours calls the other one",
    onStage(async (stage) => isHandedOver(await putUp(stage))),
  );

  it(
    "sends a call of ours on to our other telephone, which rings with who calls",
    onStage(async (stage) => {
      const { box, linphone, number } = await putUp(stage);
      const [alice, bob] = box.phones;
      alice.lift();
      await alice.dials(number);
      await alice.hears("ringback");
      linphone.sendOn("sip:102@127.0.0.1");
      await bob.rings({ withCallerId: "101" });
      bob.lift();
      await alice.hearsNoTone();
      await box.world.advance(1000);
      alice.hang();
      await bob.hears("busy");
      expect(await nextRecord(box)).toMatchObject({ result: "answered" });
      expect(box.records.find(({ line }) => line === 2)).toMatchObject({ forwardedBy: number });
    }),
  );

  it(
    "sends a text to our telephone",
    onStage(async (stage) => {
      const { box, linphone, number, server } = await putUp(stage);
      linphone.text(`sip:101@${server}`, "Coffee in ten minutes?");
      const texts = () =>
        box.events.flatMap((event) =>
          event.kind === "message" ? [[event.line, event.from, event.text]] : [],
        );
      await box.world.waitUntil(() => texts().length > 0, 15_000);
      expect(texts()).toEqual([[1, number, "Coffee in ten minutes?"]]);
    }),
  );

  it.skipIf(!hasNetwork || isPeerMissing("turnserver"))(
    "calls our telephone by ICE in full: its checks are answered, and its voice is heard",
    onStage(async (stage) => {
      const place = await putUp(stage, await startCoturn(stage));
      const { box, linphone, server, datagrams } = place;
      const [alice] = box.phones;
      linphone.call(`sip:101@${server}`);
      await alice.rings({ withCallerId: EXTENSION.number });
      alice.lift();
      await alice.hearsNoTone();
      await hearsLinphone(place, 0);
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
