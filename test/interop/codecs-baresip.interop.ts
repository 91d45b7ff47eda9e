import { describe, expect, it } from "vitest";
import { startBaresip } from "./support/baresip.ts";
import { nextRecord, SPEAKING_MS, speakAndListen } from "./support/conversation.ts";
import { freePorts } from "./support/free-ports.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage } from "./support/stage.ts";
import { expectTone } from "./support/tone-check.ts";

const BARESIP_HZ = 440;
const OURS_HZ = 1000;
const ENOUGH_MS = 0.7 * SPEAKING_MS;
const PASSWORD = "secret-201";

describe.skipIf(isPeerMissing("baresip"))("[interop.codecs-baresip] by another codec", () => {
  it.each([
    { ours: "opus", theirs: "opus/48000/2", module: "opus", used: "OPUS" },
    { ours: "G722", theirs: "G722/16000/1", module: "g722", used: "G722" },
  ])("$ours both ways, each hears the other", ({ ours, theirs, module, used }) =>
    onStage(async (stage) => {
      const port = await freePorts();
      const box = await stage.bench({
        config: {
          sip: { port },
          exchange: { extensions: [{ number: "201", password: PASSWORD }] },
          rtp: { codecs: [ours] },
        },
      });
      const baresip = await startBaresip(stage, {
        user: "201",
        server: `127.0.0.1:${port}`,
        password: PASSWORD,
        toneHz: BARESIP_HZ,
        codecs: [theirs],
        modules: [module],
      });
      await baresip.registers();
      const [alice] = box.phones;
      alice.lift();
      await alice.dials("201");
      await baresip.tells("CALL_INCOMING");
      baresip.accept();
      await baresip.tells("CALL_ESTABLISHED");
      expectTone(await speakAndListen(box, alice, OURS_HZ), BARESIP_HZ, ENOUGH_MS);
      alice.hang();
      await baresip.tells("CALL_CLOSED");
      expectTone(baresip.heard(), OURS_HZ, ENOUGH_MS);
      expect(await nextRecord(box)).toMatchObject({ to: "201", result: "answered", codec: used });
    })(),
  );
});
