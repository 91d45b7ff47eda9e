import { describe, expect, it } from "vitest";
import { decodeDtmf } from "../hw-sim/audio/dtmf-decoder.ts";
import type { Bench } from "../hw-sim/bench/bench.ts";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import { type Baresip, type BaresipOptions, startBaresip } from "./support/baresip.ts";
import {
  BARESIP_HZ,
  callAnswered,
  ENOUGH_MS,
  OURS_HZ,
  talkUntilTheyHang,
  talkUntilWeHang,
} from "./support/baresip-calls.ts";
import {
  bellStops,
  listen,
  nextRecord,
  SPEAKING_MS,
  soundOf,
  speakAndListen,
} from "./support/conversation.ts";
import { passwordOf, startKamailio } from "./support/kamailio.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";
import { expectTone, findTone } from "./support/tone-check.ts";

/** Our two telephones, 101 (touch-tone) and 102 (rotary), and a baresip, all at one Kamailio. */
async function putUp(
  stage: Stage,
  special: Partial<BaresipOptions> = {},
  onDatagram?: (datagram: CapturedDatagram) => void,
): Promise<{ readonly box: Bench; readonly baresip: Baresip }> {
  const kamailio = await startKamailio(stage);
  const server = kamailio.address;
  const baresip = await startBaresip(stage, {
    ...{ user: "201", server, toneHz: BARESIP_HZ },
    ...special,
  });
  await baresip.registers();
  const box = await stage.bench({
    ...(onDatagram === undefined ? {} : { onDatagram }),
    config: {
      registrar: server,
      lines: ["101", "102"].map((number) => ({ number, password: passwordOf(number) })),
      dialing: { digitMap: "xxx" },
    },
  });
  return { box, baresip };
}

const missing = isPeerMissing("kamailio", "baresip");

describe.skipIf(missing)("[interop.kamailio-baresip] our telephone calls", () => {
  it(
    "baresip answers, each hears the other, we hang up",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      const [alice] = box.phones;
      await alice.calls("201");
      expect((await baresip.tells("CALL_INCOMING")).param).toContain("sip:101@");
      await alice.hears("ringback");
      baresip.accept();
      await baresip.tells("CALL_ESTABLISHED");
      await talkUntilWeHang({ box, baresip }, alice);
      const ended = { from: "101", to: "201", result: "answered", endedBy: "near", codec: "PCMU" };
      expect(await nextRecord(box)).toMatchObject(ended);
    }),
  );

  it(
    "a rotary one, over A-law; baresip hangs up first and we hear that it has",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage, { codecs: ["PCMA"] });
      const [, bob] = box.phones;
      await bob.calls("201");
      await baresip.tells("CALL_INCOMING");
      baresip.accept();
      await baresip.tells("CALL_ESTABLISHED");
      await talkUntilTheyHang({ box, baresip }, bob);
      const ended = { to: "201", result: "answered", endedBy: "far", codec: "PCMA" };
      expect(await nextRecord(box)).toMatchObject(ended);
    }),
  );

  it(
    "digits keyed in a call arrive on both sides",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      const [alice] = box.phones;
      alice.lift();
      await callAnswered({ box, baresip }, alice);
      await alice.dials("5#");
      await baresip.tells("CALL_DTMF_END", 2);
      const keyed = baresip.events.filter(({ type }) => type === "CALL_DTMF_START");
      expect(keyed.map(({ param }) => param)).toEqual(["5", "#"]);
      const listening = listen(box, alice, 1000);
      baresip.key("7");
      expect(decodeDtmf(await listening).map(({ digit }) => digit)).toEqual(["7"]);
    }),
  );

  it(
    "is put on hold and taken back",
    onStage(async (stage) => {
      const datagrams: CapturedDatagram[] = [];
      const { box, baresip } = await putUp(stage, {}, (one) => datagrams.push(one));
      const [alice] = box.phones;
      alice.lift();
      await callAnswered({ box, baresip }, alice);
      expectTone(await listen(box, alice, 600), BARESIP_HZ, 400);
      baresip.hold();
      await baresip.tells("CALL_REMOTE_SDP", 2);
      await box.world.advance(300);
      expect(findTone(await listen(box, alice, 500), BARESIP_HZ).totalMs).toBe(0);
      baresip.resume();
      await baresip.tells("CALL_REMOTE_SDP", 3);
      datagrams.length = 0;
      expectTone(await speakAndListen(box, alice, OURS_HZ), BARESIP_HZ, ENOUGH_MS);
      // Baresip's recorder stops for good at a hold: here what we send it has to do.
      const sent = datagrams.filter(({ to }) => baresip.hasRtpPort(to.port));
      expectTone(soundOf(sent), OURS_HZ, ENOUGH_MS);
      expect(box.records).toEqual([]);
    }),
  );

  it(
    "baresip refuses: busy tone",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      const [alice] = box.phones;
      alice.lift();
      await alice.dials("201");
      await baresip.tells("CALL_INCOMING");
      baresip.hangUp();
      await alice.hears("busy");
      expect(await nextRecord(box)).toMatchObject({ result: "busy", sipStatus: 486 });
    }),
  );

  it(
    "we hang up while baresip rings: it stops",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      const [alice] = box.phones;
      alice.lift();
      await alice.dials("201");
      await baresip.tells("CALL_INCOMING");
      await alice.hears("ringback");
      alice.hang();
      await baresip.tells("CALL_CLOSED");
      expect(await nextRecord(box)).toMatchObject({ result: "cancelled", endedBy: "near" });
    }),
  );

  it(
    "a number that nobody has: reorder tone",
    onStage(async (stage) => {
      const { box } = await putUp(stage);
      const [alice] = box.phones;
      alice.lift();
      await alice.dials("299");
      await alice.hears("reorder");
      expect(await nextRecord(box)).toMatchObject({ result: "failed", sipStatus: 404 });
    }),
  );

  it(
    "our other telephone through Kamailio: each hears the other",
    onStage(async (stage) => {
      const { box } = await putUp(stage);
      const [alice, bob] = box.phones;
      alice.lift();
      await alice.dials("102");
      await bob.rings();
      bob.lift();
      await box.world.advance(300);
      // One after the other: who speaks hears himself.
      const atBob = listen(box, bob, SPEAKING_MS);
      await speakAndListen(box, alice, OURS_HZ);
      expectTone(await atBob, OURS_HZ, ENOUGH_MS);
      const atAlice = listen(box, alice, SPEAKING_MS);
      await speakAndListen(box, bob, OURS_HZ);
      expectTone(await atAlice, OURS_HZ, ENOUGH_MS);
    }),
  );
});

describe.skipIf(missing)("[interop.kamailio-baresip] baresip calls", () => {
  it(
    "our telephone rings and shows who calls, each hears the other, baresip hangs up",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      const [alice] = box.phones;
      baresip.dial("sip:101@127.0.0.1");
      await alice.rings({ withCallerId: "201" });
      expect(baresip.events.map(({ type }) => type)).toContain("CALL_RINGING");
      alice.lift();
      await baresip.tells("CALL_ESTABLISHED");
      await talkUntilTheyHang({ box, baresip }, alice);
      const ended = { direction: "in", from: "201", result: "answered", endedBy: "far" };
      expect(await nextRecord(box)).toMatchObject(ended);
    }),
  );

  it(
    "it gives up: the bell stops",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      const [alice] = box.phones;
      baresip.dial("sip:101@127.0.0.1");
      await alice.rings();
      baresip.hangUp();
      expect(await nextRecord(box)).toMatchObject({ result: "missed", endedBy: "far" });
      await bellStops(box, alice);
    }),
  );

  it(
    "our telephone is off the hook: baresip is told that it is busy",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      const [alice] = box.phones;
      alice.lift();
      await alice.hears("dial-tone");
      baresip.dial("sip:101@127.0.0.1");
      expect((await baresip.tells("CALL_CLOSED")).param).toContain("486");
      await alice.hears("dial-tone");
    }),
  );
});
