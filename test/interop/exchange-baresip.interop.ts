import { describe, expect, it } from "vitest";
import type { Bench } from "../hw-sim/bench/bench.ts";
import { type Baresip, startBaresip } from "./support/baresip.ts";
import { BARESIP_HZ, theyCall, weCall } from "./support/baresip-calls.ts";
import { nextRecord } from "./support/conversation.ts";
import { freePorts } from "./support/free-ports.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";
import { expectTone } from "./support/tone-check.ts";

const MILLIWATT_HZ = 1004;
const PASSWORD = "secret-201";

/** Our box with its own exchange, and a baresip that is one of its extensions. */
async function putUp(
  stage: Stage,
  password = PASSWORD,
): Promise<{ readonly box: Bench; readonly baresip: Baresip }> {
  const port = await freePorts();
  const extensions = [{ number: "201", password: PASSWORD }];
  const box = await stage.bench({ config: { sip: { port }, exchange: { extensions } } });
  const server = `127.0.0.1:${port}`;
  const baresip = await startBaresip(stage, { user: "201", server, password, toneHz: BARESIP_HZ });
  return { box, baresip };
}

describe.skipIf(isPeerMissing("baresip"))("[interop.exchange-baresip] at our exchange", () => {
  it(
    "baresip registers; our telephone calls it, each hears the other",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      await baresip.registers();
      const [alice] = box.phones;
      await weCall({ box, baresip }, alice);
      expect(await nextRecord(box)).toMatchObject({ to: "201", result: "answered" });
    }),
  );

  it(
    "baresip calls our telephone, each hears the other, baresip hangs up",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      await baresip.registers();
      const [, bob] = box.phones;
      await theyCall({ box, baresip }, bob, "102");
      expect(await nextRecord(box)).toMatchObject({ from: "201", endedBy: "far" });
    }),
  );

  it.each([
    { service: "the echo", number: "600", toneHz: BARESIP_HZ },
    { service: "the milliwatt tone", number: "601", toneHz: MILLIWATT_HZ },
  ])("baresip calls $number and hears $service", ({ number, toneHz }) =>
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage);
      await baresip.registers();
      baresip.dial(`sip:${number}@127.0.0.1`);
      await baresip.tells("CALL_ESTABLISHED");
      await box.world.advance(1500);
      baresip.hangUp();
      await baresip.tells("CALL_CLOSED");
      expectTone(baresip.heard(), toneHz, 1000);
    })(),
  );

  it(
    "baresip with a wrong password is refused",
    onStage(async (stage) => {
      const { baresip } = await putUp(stage, "wrong");
      await baresip.isRefused();
      baresip.dial("sip:101@127.0.0.1");
      expect((await baresip.tells("CALL_CLOSED")).param).toMatch(/40[137]/);
    }),
  );
});
