import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { loadDtls } from "../../src/app/load-dtls.ts";
import type { Bench } from "../hw-sim/bench/bench.ts";
import { type BaresipOptions, startBaresip } from "./support/baresip.ts";
import { BARESIP_HZ, callAnswered, talkUntilWeHang, theyCall } from "./support/baresip-calls.ts";
import { listen, nextRecord } from "./support/conversation.ts";
import { freePorts } from "./support/free-ports.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";
import { expectTone, findTone } from "./support/tone-check.ts";

/** Both send a report within 5 s and a half. @see RFC 3550 §6.2 */
const REPORTS_MS = 12_000;
const PASSWORD = "secret-201";

/** Our box with its own exchange, and a baresip that encrypts with keys by DTLS. */
async function putUp(
  stage: Stage,
  rtp: NonNullable<UserConfig["rtp"]>,
  options: Partial<BaresipOptions> = {},
) {
  const port = await freePorts();
  const extensions = [{ number: "201", password: PASSWORD }];
  const config = { sip: { port }, exchange: { extensions }, rtp };
  const box = await stage.bench({ config, dtls: await loadDtls() });
  const baresip = await startBaresip(stage, {
    user: "201",
    server: `127.0.0.1:${port}`,
    password: PASSWORD,
    toneHz: BARESIP_HZ,
    encryption: "dtls_srtp",
    ...options,
  });
  await baresip.registers();
  return { box, baresip };
}

describe.skipIf(isPeerMissing("baresip"))("[interop.dtls-baresip] encrypted by DTLS", () => {
  it.each([false, true])("we call, each hears the other; RTCP on RTP's port: %s", (rtcpMux) =>
    onStage(async (stage) => {
      const rtp = { srtp: "required", srtpKeys: ["dtls"], rtcpMux } as const;
      const { box, baresip } = await putUp(stage, rtp, { rtcpMux });
      const [alice] = box.phones;
      alice.lift();
      await callAnswered({ box, baresip }, alice);
      // A report each way and one that answers: they have keys of their own where RTCP has a port.
      await box.world.advance(REPORTS_MS);
      await talkUntilWeHang({ box, baresip }, alice);
      expect(agreed(box)).toEqual(rtcpMux ? ["rtp passive"] : ["rtcp passive", "rtp passive"]);
      expect((await nextRecord(box)).media).toMatchObject({ roundTripMs: expect.any(Number) });
    })(),
  );

  it.each([
    ["AES_CM_128_HMAC_SHA1_80", ["dtls"]],
    ["AEAD_AES_256_GCM", ["sdes", "dtls"]],
  ] as const)("baresip calls, each hears the other with %s", (suite, srtpKeys) =>
    onStage(async (stage) => {
      const rtp = { srtp: "optional", srtpKeys, srtpSuites: [suite] } as const;
      const { box, baresip } = await putUp(stage, rtp);
      const [, bob] = box.phones;
      await theyCall({ box, baresip }, bob, "102");
      expect(agreed(box)).toEqual(["rtcp active", "rtp active"]);
      expect(suites(box)).toEqual([suite]);
    })(),
  );

  it(
    "goes on with the keys there are when the call is held and taken back",
    onStage(async (stage) => {
      const rtp = { srtp: "required", srtpKeys: ["dtls"] } as const;
      const { box, baresip } = await putUp(stage, rtp);
      const [, bob] = box.phones;
      baresip.dial("sip:102@127.0.0.1");
      await bob.rings();
      bob.lift();
      await baresip.tells("CALL_ESTABLISHED");
      expectTone(await listen(box, bob, 600), BARESIP_HZ, 400);
      baresip.hold();
      await baresip.tells("CALL_REMOTE_SDP", 2);
      await box.world.advance(300);
      expect(findTone(await listen(box, bob, 500), BARESIP_HZ).totalMs).toBe(0);
      baresip.resume();
      await baresip.tells("CALL_REMOTE_SDP", 3);
      expectTone(await listen(box, bob, 1000), BARESIP_HZ, 700);
      expect(agreed(box)).toEqual(["rtcp active", "rtp active"]);
    }),
  );

  it(
    "a baresip that must encrypt so is refused where we have keys by SDES alone",
    onStage(async (stage) => {
      const { baresip } = await putUp(stage, { srtp: "optional" });
      baresip.dial("sip:102@127.0.0.1");
      expect((await baresip.tells("CALL_CLOSED")).param).toMatch(/488/);
    }),
  );
});

/** The ports that got keys, and who began. */
function agreed({ logs }: Bench): readonly string[] {
  return logs
    .filter(({ text }) => text.includes("keys by DTLS"))
    .map(({ data }) => `${data?.["channel"]} ${data?.["role"]}`)
    .sort();
}

function suites({ logs }: Bench): readonly unknown[] {
  return [...new Set(logs.flatMap(({ data }) => data?.["suite"] ?? []))];
}
