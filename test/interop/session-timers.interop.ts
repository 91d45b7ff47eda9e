import { describe, expect, it } from "vitest";
import { freePorts } from "./support/free-ports.ts";
import { startLinphone } from "./support/linphone.ts";
import { isPeerMissing } from "./support/programs.ts";
import { startSipp } from "./support/sipp.ts";
import { onStage } from "./support/stage.ts";

/** The one that is asked whether it is there, and the one that says so by itself. */
const PEERS = [
  { number: "301", password: "secret-301", scenario: "called-is-kept-alive" },
  { number: "302", password: "secret-302", scenario: "called-keeps-alive" },
] as const;
const EXPIRES_S = 90;
const REGISTERS_WITHIN_MS = 10_000;
/** Half the interval, and what a busy machine may swallow. */
const REFRESHED_WITHIN_MS = (EXPIRES_S / 2 + 10) * 1000;
const TEST_MS = 90_000;

describe.skipIf(isPeerMissing("sipp"))("[interop.session-timers] calls to SIPp for 90 s", () => {
  it(
    "one is refreshed by us, by UPDATE, at half the interval; the other by SIPp",
    onStage(async (stage) => {
      const port = await freePorts();
      const server = `127.0.0.1:${port}`;
      /** The ports that answered an UPDATE with 200. */
      const answered = new Set<number>();
      const extensions = PEERS.map(({ number, password }) => ({ number, password }));
      const box = await stage.bench({
        phones: ["touch-tone", "touch-tone"],
        config: { sip: { port, sessionExpiresS: EXPIRES_S }, exchange: { extensions } },
        onDatagram: ({ from, payload }) => {
          if (isAnswerToUpdate(payload)) answered.add(from.port);
        },
      });
      const peers = [];
      for (const { number: user, password, scenario } of PEERS) {
        const called = await startSipp(stage, { scenario, server, toneHz: 620, timeoutS: 80 });
        const keys = { contact_port: called.port };
        const register = { scenario: "register", server, user, password, keys };
        await (await startSipp(stage, register)).program.succeeds(REGISTERS_WITHIN_MS);
        peers.push(called);
      }
      for (const [at, phone] of box.phones.entries()) {
        phone.lift();
        await phone.dials(PEERS[at]?.number ?? "");
        await phone.hearsNoTone();
      }
      const both = (): boolean => answered.size === 2;
      expect(await box.world.waitUntil(both, REFRESHED_WITHIN_MS), "both are refreshed").toBe(true);
      expect(box.box.status().map(({ call }) => call)).toEqual(["talking", "talking"]);
      for (const phone of box.phones) phone.hang();
      for (const { program } of peers) await program.succeeds(REGISTERS_WITHIN_MS);
      // One UPDATE was ours, and SIPp's port answered it; the other SIPp's, and the exchange's did.
      expect(answered).toEqual(new Set([peers[0]?.port, port]));
    }),
    TEST_MS,
  );
});

describe.skipIf(isPeerMissing("linphonec"))(
  "[interop.session-timers] calls with linphone for 90 s",
  () => {
    it(
      "one is refreshed by linphone, which has made it; the other, which is made to it, by us",
      onStage(async (stage) => {
        const port = await freePorts();
        const server = `127.0.0.1:${port}`;
        /** The ports that answered a refresh with 200, once both calls were up. */
        const answered = new Set<number>();
        let areUp = false;
        const extensions = PEERS.map(({ number, password }) => ({ number, password }));
        const box = await stage.bench({
          phones: ["touch-tone", "touch-tone"],
          config: { sip: { port, sessionExpiresS: EXPIRES_S }, exchange: { extensions } },
          onDatagram: ({ from, payload }) => {
            if (areUp && isAnswerToRefresh(payload)) answered.add(from.port);
          },
        });
        const linphones = [];
        for (const { number: user, password } of PEERS) {
          const sessionTimer = { expiresS: EXPIRES_S, refresher: "uac" } as const;
          const options = { user, password, server, toneHz: 440, sessionTimer };
          linphones.push(await startLinphone(stage, options));
          const isThere = () => box.logs.some(({ text }) => text === `${user} is registered.`);
          expect(await box.world.waitUntil(isThere, 15_000), `${user} registers`).toBe(true);
        }
        const [caller, called] = linphones;
        const [alice, bob] = box.phones;
        caller?.call(`sip:101@${server}`);
        await alice.rings();
        alice.lift();
        await alice.hearsNoTone();
        await bob.calls(PEERS[1].number);
        await bob.hears("ringback");
        called?.answer();
        await bob.hearsNoTone();
        await box.world.advance(2000);
        areUp = true;
        const both = (): boolean => answered.size === 2;
        expect(await box.world.waitUntil(both, REFRESHED_WITHIN_MS), "both are refreshed").toBe(
          true,
        );
        expect(answered.has(port), "linphone's refresh is answered by us").toBe(true);
        expect(box.box.status().map(({ call }) => call)).toEqual(["talking", "talking"]);
        for (const phone of box.phones) phone.hang();
      }),
      TEST_MS + 30_000,
    );
  },
);

/** RTP is told from SIP before anything is read: there is a lot of it. */
function isAnswerToUpdate(payload: Uint8Array): boolean {
  return answersTo(payload, "UPDATE");
}

function isAnswerToRefresh(payload: Uint8Array): boolean {
  return answersTo(payload, "(?:UPDATE|INVITE)");
}

function answersTo(payload: Uint8Array, method: string): boolean {
  if (payload[0] !== 0x53) return false;
  const answer = new RegExp(`^SIP/2\\.0 200 [\\s\\S]*CSeq: ?\\d+ ${method}\\r`, "i");
  return answer.test(Buffer.from(payload).toString("latin1"));
}
