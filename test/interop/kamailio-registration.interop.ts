import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../src/base/bytes.ts";
import type { Bench, BenchOptions } from "../hw-sim/bench/bench.ts";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import { startBaresip } from "./support/baresip.ts";
import { type Kamailio, passwordOf, startKamailio } from "./support/kamailio.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

/** The shortest lease that our side takes as it is. */
const LEASE_S = 10;
/** The rest of the lease, and the time until a refresh that nobody answers is sent again. */
const BACK_WITHIN_MS = 30_000;

function startBox(
  stage: Stage,
  kamailio: Kamailio,
  special: Partial<BenchOptions> & { readonly passwords?: readonly string[] } = {},
): Promise<Bench> {
  const { passwords, ...options } = special;
  return stage.bench({
    config: {
      registrar: kamailio.address,
      lines: ["101", "102"].map((number, at) => ({
        number,
        password: passwords?.[at] ?? passwordOf(number),
      })),
      dialing: { digitMap: "xxx" },
    },
    ...options,
  });
}

/** Each message once: one that is answered late goes out again as it is. */
const textsOf = (sent: readonly CapturedDatagram[]): readonly string[] => [
  ...new Set(sent.map(({ payload }) => latin1FromBytes(payload))),
];

/** How often a user has asked to be registered. */
function registersOf(user: string, sent: readonly CapturedDatagram[]): number {
  const registers = textsOf(sent).filter((text) => text.startsWith("REGISTER "));
  return registers.filter((text) => text.includes(`\r\nFrom: <sip:${user}@`)).length;
}

const registrations = (box: Bench): readonly string[] =>
  box.box.status().map((line) => line.registration);

describe.skipIf(isPeerMissing("kamailio"))("[interop.kamailio-registration] our lines", () => {
  it(
    "register by SHA-256 where Kamailio challenges with it",
    onStage(async (stage) => {
      const kamailio = await startKamailio(stage, { algorithm: "SHA-256" });
      const sent: CapturedDatagram[] = [];
      const onDatagram = (one: CapturedDatagram): void => void sent.push(one);
      const box = await startBox(stage, kamailio, { onDatagram });
      expect(registrations(box)).toEqual(["registered", "registered"]);
      const [alice, bob] = box.phones;
      alice.lift();
      await alice.dials("102");
      await bob.rings();
      const signed = textsOf(sent).filter((text) => /^(Proxy-)?Authorization:/m.test(text));
      // Both lines' REGISTER, and the INVITE.
      expect(signed.filter((text) => text.includes("algorithm=SHA-256")).length).toBe(3);
    }),
  );

  it(
    "believe a Kamailio that proves to know the password, and use the nonce that it announces",
    onStage(async (stage) => {
      const kamailio = await startKamailio(stage, { authInfo: true, leaseMaxS: LEASE_S });
      const sent: CapturedDatagram[] = [];
      const onDatagram = (one: CapturedDatagram): void => void sent.push(one);
      const box = await startBox(stage, kamailio, { onDatagram });
      const texts = textsOf(sent);
      expect(texts.some((text) => /^Authentication-Info: .*rspauth="/m.test(text))).toBe(true);
      sent.length = 0;
      const renewed = (): boolean =>
        textsOf(sent).filter((text) => text.startsWith("SIP/2.0 200 ")).length >= 2;
      expect(await box.world.waitUntil(renewed, BACK_WITHIN_MS)).toBe(true);
      // Signed from the start: nobody had to ask.
      expect(textsOf(sent).filter((text) => text.startsWith("SIP/2.0 401 "))).toEqual([]);
      expect(box.logs.filter(({ text }) => text.includes("rspauth"))).toEqual([]);
    }),
  );

  it(
    "one with a wrong password is refused and cannot call; the other one registers",
    onStage(async (stage) => {
      const kamailio = await startKamailio(stage);
      const sent: CapturedDatagram[] = [];
      const box = await startBox(stage, kamailio, {
        passwords: ["wrong", passwordOf("102")],
        startUnregistered: true,
        onDatagram: (one) => sent.push(one),
      });
      const settled = (): boolean => !registrations(box).includes("not-registered");
      await box.world.waitUntil(settled, 5000);
      expect(registrations(box)).toEqual(["failed", "registered"]);
      const failure = box.events.find((event) => event.kind === "registration-failed");
      expect(failure).toMatchObject({ line: 1, user: "101", server: kamailio.address });
      const [alice, bob] = box.phones;
      alice.lift();
      await alice.dials("102");
      await alice.hears("reorder");
      expect(bob.phone.isRinging).toBe(false);
      // Asked once, signed once, refused: it does not go on knocking.
      expect(registersOf("101", sent)).toBe(2);
    }),
  );

  it(
    "come back after the registrar was away, with what it has forgotten",
    onStage(async (stage) => {
      const kamailio = await startKamailio(stage, { leaseMaxS: LEASE_S });
      const sent: CapturedDatagram[] = [];
      const onDatagram = (one: CapturedDatagram): void => void sent.push(one);
      const box = await startBox(stage, kamailio, { onDatagram });
      await kamailio.stop();
      sent.length = 0;
      const knocked = (): boolean => registersOf("101", sent) > 0 && registersOf("102", sent) > 0;
      expect(await box.world.waitUntil(knocked, BACK_WITHIN_MS)).toBe(true);
      const events = box.events.length;
      await kamailio.start();
      const back = (): boolean =>
        box.events.slice(events).filter(({ kind }) => kind === "registered").length === 2;
      expect(await box.world.waitUntil(back, BACK_WITHIN_MS)).toBe(true);
      const [alice, bob] = box.phones;
      alice.lift();
      await alice.dials("102");
      await bob.rings();
    }),
  );
});

describe.skipIf(isPeerMissing("kamailio", "baresip"))(
  "[interop.kamailio-registration] stop",
  () => {
    it(
      "takes our registrations back: Kamailio finds nobody",
      onStage(async (stage) => {
        const kamailio = await startKamailio(stage);
        const server = kamailio.address;
        const baresip = await startBaresip(stage, { user: "201", server, toneHz: 440 });
        await baresip.registers();
        const box = await startBox(stage, kamailio);
        await stage.stop(box);
        baresip.dial("sip:101@127.0.0.1");
        expect((await baresip.tells("CALL_CLOSED")).param).toContain("404");
      }),
    );
  },
);
