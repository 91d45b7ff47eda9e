import { describe, expect, it } from "vitest";
import { type Kamailio, passwordOf, startKamailio } from "./support/kamailio.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage } from "./support/stage.ts";

const LOST_WITHIN_MS = 60_000;

describe.skipIf(isPeerMissing("kamailio"))("[interop.kamailio-two] our lines", () => {
  it(
    "are at two registrars at once, and call by the one that is left",
    onStage(async (stage) => {
      const first: Kamailio = await startKamailio(stage, { leaseMaxS: 10 });
      const second: Kamailio = await startKamailio(stage);
      const registrars = [{ registrar: second.address, domain: "127.0.0.1" }];
      const box = await stage.bench({
        config: {
          registrar: first.address,
          lines: ["101", "102"].map((number) => ({
            ...{ number, password: passwordOf(number), registrars },
          })),
          dialing: { digitMap: "xxx" },
        },
      });
      const told = (kind: string, { address }: Kamailio): number =>
        box.events.filter(
          (event) => event.kind === kind && "server" in event && event.server === address,
        ).length;
      const both = (): boolean => told("registered", first) >= 2 && told("registered", second) >= 2;
      expect(await box.world.waitUntil(both, 5000)).toBe(true);
      await first.stop();
      const lost = (): boolean => told("registration-failed", first) >= 2;
      expect(await box.world.waitUntil(lost, LOST_WITHIN_MS)).toBe(true);
      expect(box.box.status().map((line) => line.registration)).toEqual([
        "registered",
        "registered",
      ]);
      const [alice, bob] = box.phones;
      alice.lift();
      await alice.dials("102");
      await bob.rings();
    }),
  );

  it(
    "are registered over two ways at once, and call by the one that is left",
    onStage(async (stage) => {
      const first = await startKamailio(stage, { tcp: true });
      const second = await startKamailio(stage, { tcp: true });
      const box = await stage.bench({
        config: {
          registrar: "127.0.0.1",
          outboundProxies: [first.address, second.address],
          sip: { transport: "tcp" },
          lines: ["101", "102"].map((number) => ({ number, password: passwordOf(number) })),
          dialing: { digitMap: "xxx" },
        },
      });
      const registered = (): number =>
        box.events.filter(({ kind }) => kind === "registered").length;
      expect(await box.world.waitUntil(() => registered() >= 4, 5000)).toBe(true);
      await first.stop();
      const lost = (): boolean =>
        box.logs.filter(({ text }) => text.includes("way 1 of 2 is lost")).length >= 2;
      expect(await box.world.waitUntil(lost, LOST_WITHIN_MS)).toBe(true);
      expect(box.events.some(({ kind }) => kind === "registration-failed")).toBe(false);
      const [alice, bob] = box.phones;
      alice.lift();
      await alice.dials("102");
      await bob.rings();
    }),
  );
});
