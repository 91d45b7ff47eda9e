import { describe, expect, it } from "vitest";
import { startBaresip } from "./support/baresip.ts";
import { BARESIP_HZ, weCall } from "./support/baresip-calls.ts";
import { nextRecord } from "./support/conversation.ts";
import { freePorts } from "./support/free-ports.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage } from "./support/stage.ts";

const PASSWORD = "secret-201";

describe.skipIf(isPeerMissing("baresip"))("[interop.codecs-baresip] by another codec", () => {
  it.each([
    { ours: "opus", theirs: "opus/48000/2", module: "opus", used: "OPUS", rtp: {} },
    { ours: "G722", theirs: "G722/16000/1", module: "g722", used: "G722", rtp: {} },
    // What it calls G726 is packed as AAL2 has it.
    ...["G726-40", "G726-32", "G726-24", "G726-16"].map((name) => ({
      ...{ ours: name, theirs: `${name}/8000/1`, module: "g726", used: name },
      rtp: { g726Packing: "aal2" as const },
    })),
  ])("$ours both ways, each hears the other", ({ ours, theirs, module, used, rtp }) =>
    onStage(async (stage) => {
      const port = await freePorts();
      const box = await stage.bench({
        config: {
          sip: { port },
          exchange: { extensions: [{ number: "201", password: PASSWORD }] },
          rtp: { codecs: [ours], ...rtp },
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
      await weCall({ box, baresip }, alice);
      expect(await nextRecord(box)).toMatchObject({ to: "201", result: "answered", codec: used });
    })(),
  );
});
