import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { startBaresip } from "./support/baresip.ts";
import { BARESIP_HZ, theyCall, weCall } from "./support/baresip-calls.ts";
import { nextRecord } from "./support/conversation.ts";
import { freePorts } from "./support/free-ports.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

const PASSWORD = "secret-201";

/** Our box with its own exchange, and a baresip that encrypts. */
async function putUp(stage: Stage, rtp: NonNullable<UserConfig["rtp"]>) {
  const port = await freePorts();
  const extensions = [{ number: "201", password: PASSWORD }];
  const box = await stage.bench({ config: { sip: { port }, exchange: { extensions }, rtp } });
  const baresip = await startBaresip(stage, {
    user: "201",
    server: `127.0.0.1:${port}`,
    password: PASSWORD,
    toneHz: BARESIP_HZ,
    encryption: "srtp-mand",
  });
  await baresip.registers();
  return { box, baresip };
}

describe.skipIf(isPeerMissing("baresip"))("[interop.srtp-baresip] encrypted by SDES", () => {
  it.each([
    "AES_CM_128_HMAC_SHA1_80",
    "AES_CM_128_HMAC_SHA1_32",
    "AEAD_AES_128_GCM",
    "AEAD_AES_256_GCM",
  ] as const)("we call with %s, each hears the other", (suite) =>
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage, { srtp: "required", srtpSuites: [suite] });
      const [alice] = box.phones;
      await weCall({ box, baresip }, alice);
      expect(await nextRecord(box)).toMatchObject({ to: "201", result: "answered" });
    })(),
  );

  it(
    "baresip calls, each hears the other",
    onStage(async (stage) => {
      const { box, baresip } = await putUp(stage, { srtp: "optional" });
      const [, bob] = box.phones;
      await theyCall({ box, baresip }, bob, "102");
    }),
  );

  it(
    "a baresip that must encrypt is refused where we never do",
    onStage(async (stage) => {
      const { baresip } = await putUp(stage, { srtp: "off" });
      baresip.dial("sip:102@127.0.0.1");
      expect((await baresip.tells("CALL_CLOSED")).param).toMatch(/488/);
    }),
  );
});
