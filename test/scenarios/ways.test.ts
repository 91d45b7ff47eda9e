import { describe, expect, it } from "vitest";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  answersCall,
  FAR_HOST,
  FAR_SERVER,
  farEndFirst,
  inviteTo,
  REGISTRAR,
  SILENT_REGISTRAR,
  sdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { talkWithFarEnd } from "./support/talk.ts";

const registers = (lab: Bench): readonly string[] =>
  lab.wire.messages
    .filter(({ from, text }) => from.startsWith(BENCH_HOST) && text.startsWith("REGISTER "))
    .map(({ text }) => text);

describe("a trunk", () => {
  const config = {
    registrar: FAR_SERVER,
    trunk: { user: "+12145550100", password: "secret" },
    lines: [{ number: "+12145550101" }, { number: "+12145550102" }],
    dialing: { digitMap: "xxx" },
  };

  it("registers once, and each line has its own number for calls in and out", async () => {
    const far = farEndFirst();
    const lab = await bench({ seed: 531, config, prepare: far.prepare });
    const [register = "", ...more] = registers(lab);
    expect(more).toEqual([]);
    expect(register).toMatch(/\r\nTo: <sip:\+12145550100@/);
    expect(register).toMatch(new RegExp(`\r\nContact: <sip:${BENCH_HOST}:\\d+;bnc>`));
    expect(register).toMatch(/\r\nProxy-Require: gin\r\n/);
    const [alice, bob] = lab.phones;
    far
      .get()
      .run(
        send(inviteTo("+12145550102", sdp())),
        expectMessage(/^SIP\/2\.0 180 /),
        expectMessage(/^SIP\/2\.0 486 /, { timeoutMs: 90_000 }),
      );
    await bob.rings({ withCallerId: "300" });
    expect(alice.phone.isRinging).toBe(false);
    await lab.world.advance(60_000);
    far.get().run(...answersCall, expectMessage(/^BYE /), reply("200 OK"));
    await alice.calls("555");
    await lab.world.advance(1000);
    alice.hang();
    await far.get().passes();
    expect(far.get().sip.substitution("caller")).toMatch(/^<sip:\+12145550101@/);
    await assertSettled(lab, {
      records: ["2 in 300>+12145550102 missed", "1 out +12145550101>555 answered"],
    });
  });

  it("that is refused is told at each line", async () => {
    const refuses = [
      {
        pattern: /^REGISTER /,
        status: "420 Bad Extension",
        parts: { headers: ["Unsupported: gin"] },
      },
    ];
    const far = farEndFirst(refuses);
    const options = { config, prepare: far.prepare, startUnregistered: true };
    const lab = await bench({ seed: 532, ...options });
    await lab.world.advance(1000);
    expect(lab.box.status().map(({ registration }) => registration)).toEqual(["failed", "failed"]);
    expect(registers(lab)).toHaveLength(1);
    await assertSettled(lab, { records: [] });
  });
});

describe("another network", () => {
  it("has every line register anew at once, and a call goes on", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 533,
      config: { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } },
      prepare: far.prepare,
    });
    const [alice] = lab.phones;
    far.get().run(...answersCall);
    await alice.calls("555");
    await far.get().passes();
    far.get().sendAudio();
    await lab.world.advance(2000);
    const before = registers(lab).length;
    lab.box.networkChanged("this machine's addresses are 10.0.0.1 now");
    await lab.world.advance(100);
    expect(registers(lab).length).toBe(before + 2);
    await talkWithFarEnd(lab, alice, far.get());
    far.get().run(expectMessage(/^BYE /), reply("200 OK"));
    alice.hang();
    await far.get().passes();
    far.get().rtp.stop();
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it("does not wait for what was being waited for", async () => {
    const far = farEndFirst(SILENT_REGISTRAR);
    const lab = await bench({
      seed: 534,
      config: { registrar: FAR_SERVER },
      prepare: far.prepare,
      startUnregistered: true,
    });
    lab.network.setPartition(BENCH_HOST, FAR_HOST, true);
    await lab.world.advance(33_000);
    far.get().sip.standing = REGISTRAR;
    lab.network.setPartition(BENCH_HOST, FAR_HOST, false);
    lab.box.networkChanged("this machine's addresses are 10.0.0.1 now");
    await lab.world.advance(100);
    const states = lab.box.status().map(({ registration }) => registration);
    expect(states).toEqual(["registered", "registered"]);
    await assertSettled(lab, { records: [] });
  });
});
