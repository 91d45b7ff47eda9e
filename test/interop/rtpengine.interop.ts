import { describe, expect, it } from "vitest";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import { startBaresip } from "./support/baresip.ts";
import { BARESIP_HZ, theyCall, weCall } from "./support/baresip-calls.ts";
import { nextRecord } from "./support/conversation.ts";
import { passwordOf, startKamailio } from "./support/kamailio.ts";
import { isPeerMissing } from "./support/programs.ts";
import { startRtpengine } from "./support/rtpengine.ts";
import { onStage, type Stage } from "./support/stage.ts";

/** Our box, which encrypts always; a baresip, which never does; rtpengine between their media. */
async function putUp(stage: Stage) {
  const datagrams: CapturedDatagram[] = [];
  const kamailio = await startKamailio(stage, { rtpengine: await startRtpengine(stage) });
  const server = kamailio.address;
  const baresip = await startBaresip(stage, { user: "201", server, toneHz: BARESIP_HZ });
  await baresip.registers();
  const box = await stage.bench({
    onDatagram: (datagram) => datagrams.push(datagram),
    config: {
      registrar: server,
      lines: ["101", "102"].map((number) => ({ number, password: passwordOf(number) })),
      dialing: { digitMap: "xxx" },
      rtp: { srtp: "required" },
    },
  });
  /** What our INVITE or answer, and theirs to us, said of the m-line. */
  const profiles = (): readonly string[] =>
    datagrams.flatMap(({ payload }) =>
      [
        ...Buffer.from(payload)
          .toString("latin1")
          .matchAll(/^m=audio \d+ (\S+)/gm),
      ].map(([, profile]) => profile ?? ""),
    );
  return { box, baresip, profiles };
}

const missing = isPeerMissing("kamailio", "baresip", "rtpengine");

describe.skipIf(missing)("[interop.rtpengine] SRTP here, RTP behind an rtpengine", () => {
  it(
    "we call, each hears the other",
    onStage(async (stage) => {
      const { box, baresip, profiles } = await putUp(stage);
      const [alice] = box.phones;
      await weCall({ box, baresip }, alice);
      expect(await nextRecord(box)).toMatchObject({ to: "201", result: "answered" });
      expect(new Set(profiles())).toEqual(new Set(["RTP/SAVP"]));
    }),
  );

  it(
    "baresip calls, each hears the other",
    onStage(async (stage) => {
      const { box, baresip, profiles } = await putUp(stage);
      const [, bob] = box.phones;
      await theyCall({ box, baresip }, bob, "102");
      expect(new Set(profiles())).toEqual(new Set(["RTP/SAVP"]));
    }),
  );
});
