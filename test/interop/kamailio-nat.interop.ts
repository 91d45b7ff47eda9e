import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../src/base/bytes.ts";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import { passwordOf, startKamailio } from "./support/kamailio.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage } from "./support/stage.ts";

const PINGED_WITHIN_MS = 10_000;

describe.skipIf(isPeerMissing("kamailio"))("[interop.kamailio-nat] our lines", () => {
  it(
    "answer the pings of a registrar that keeps the way to them open",
    onStage(async (stage) => {
      const kamailio = await startKamailio(stage, { nat: true });
      const sent: CapturedDatagram[] = [];
      const box = await stage.bench({
        config: {
          registrar: kamailio.address,
          lines: ["101", "102"].map((number) => ({ number, password: passwordOf(number) })),
        },
        onDatagram: (one) => void sent.push(one),
      });
      const answers = (): readonly string[] =>
        sent
          .map(({ payload }) => latin1FromBytes(payload))
          .filter((text) => /^SIP\/2\.0 200 /.test(text) && /^CSeq: \d+ OPTIONS\r?$/m.test(text));
      await box.world.waitUntil(() => answers().length >= 4, PINGED_WITHIN_MS);
      expect(answers().length).toBeGreaterThanOrEqual(4);
      expect(box.box.status().map((line) => line.registration)).toEqual([
        "registered",
        "registered",
      ]);
    }),
  );
});
