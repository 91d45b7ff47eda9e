import { describe, expect, it } from "vitest";
import type { Bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import { startBaresip } from "./support/baresip.ts";
import { freePorts } from "./support/free-ports.ts";
import { passwordOf, startKamailio } from "./support/kamailio.ts";
import { waitUntil } from "./support/patience.ts";
import { isPeerMissing } from "./support/programs.ts";
import { startSipp } from "./support/sipp.ts";
import { onStage, type Stage } from "./support/stage.ts";

const VOICEMAIL = { number: "301", password: "secret-301" };
const BARESIP = { number: "201", password: "secret-201" };
const WITHIN_MS = 15_000;

/** SIPp tells somebody at a server of messages; it is believed. */
async function tells(stage: Stage, server: string, to: string, count: number): Promise<void> {
  const { number: user, password } = VOICEMAIL;
  const about = { scenario: "tells-messages", server, to, user, password, keys: { count } };
  await (await startSipp(stage, about)).program.succeeds(WITHIN_MS);
}

/** The lamp is lit, and the dial tone says so too. */
async function sees(box: Bench, phone: BenchPhone): Promise<void> {
  const lamps = (): readonly boolean[] =>
    phone.phone.observations.flatMap((one) => (one.kind === "message-lamp" ? [one.lit] : []));
  const isLit = (): boolean => lamps().at(-1) === true;
  expect(await box.world.waitUntil(isLit, WITHIN_MS), "the lamp is lit").toBe(true);
  phone.lift();
  await phone.hears("stutter-dial-tone");
  phone.hang();
}

describe.skipIf(isPeerMissing("sipp", "baresip"))("[interop.messages] at our exchange", () => {
  it(
    "SIPp is the voice-mail: our telephone and a baresip that subscribed are told",
    onStage(async (stage) => {
      const port = await freePorts();
      const server = `127.0.0.1:${port}`;
      const datagrams: CapturedDatagram[] = [];
      const box = await stage.bench({
        config: {
          sip: { port },
          exchange: { extensions: [VOICEMAIL, BARESIP], voicemail: VOICEMAIL.number },
          dialing: { askForMessages: true },
        },
        onDatagram: (datagram) => datagrams.push(datagram),
      });
      const { number: user, password } = BARESIP;
      const baresip = await startBaresip(stage, {
        ...{ user, password, server, toneHz: 440, modules: ["mwi"] },
      });
      await baresip.registers();
      // What it subscribed to is answered, and it takes each NOTIFY.
      const said = (pattern: RegExp): boolean =>
        datagrams.some(({ payload }) => pattern.test(Buffer.from(payload).toString("latin1")));
      const subscribed = (): boolean =>
        said(/^NOTIFY sip:201[\s\S]*Subscription-State: active;[\s\S]*Messages-Waiting: no\r/);
      expect(await waitUntil(subscribed, WITHIN_MS), "baresip is told at once").toBe(true);
      await tells(stage, server, "101", 2);
      await sees(box, box.phones[0]);
      await tells(stage, server, "201", 3);
      const told = (): boolean =>
        said(/^NOTIFY sip:201[\s\S]*Subscription-State: active;[\s\S]*Voice-Message: 3\/0\r/);
      expect(await waitUntil(told, WITHIN_MS), "baresip is told of its own").toBe(true);
      const taken = (): boolean => said(/^SIP\/2\.0 200 [\s\S]*CSeq: ?\d+ NOTIFY\r/i);
      expect(await waitUntil(taken, WITHIN_MS), "baresip takes it").toBe(true);
    }),
  );
});

describe.skipIf(isPeerMissing("sipp", "kamailio"))("[interop.messages] at a registrar", () => {
  it(
    "a NOTIFY that SIPp sends by Kamailio, unasked, lights the lamp",
    onStage(async (stage) => {
      const { address: registrar } = await startKamailio(stage);
      const lines = ["101", "102"].map((number) => ({ number, password: passwordOf(number) }));
      const box = await stage.bench({ config: { registrar, lines } });
      const [, bob] = box.phones;
      await tells(stage, registrar, "102", 1);
      await sees(box, bob);
    }),
  );
});
