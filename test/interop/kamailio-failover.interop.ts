import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import type { Bench } from "../hw-sim/bench/bench.ts";
import { startDnsServer, type Zone } from "./support/dns-server.ts";
import { type Kamailio, passwordOf, startKamailio } from "./support/kamailio.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

const DOMAIN = "sip.example.net";

/** The port that a Kamailio is at. */
const portOf = ({ address }: Kamailio): number => Number(address.split(":")[1]);

function zoneOf(first: Kamailio, second: Kamailio, service: "udp" | "tcp" = "udp"): Zone {
  const srv = { weight: 0, target: "node.example.net" };
  return {
    addresses: { "node.example.net": ["127.0.0.1"] },
    srv: {
      [`_sip._${service}.${DOMAIN}`]: [
        { ...srv, priority: 20, port: portOf(second) },
        { ...srv, priority: 10, port: portOf(first) },
      ],
    },
    naptr: {
      [DOMAIN]: [
        {
          ...{ order: 10, preference: 1, flags: "s" },
          service: service === "tcp" ? "SIP+D2T" : "SIP+D2U",
          replacement: `_sip._${service}.${DOMAIN}`,
        },
      ],
    },
  };
}

async function startBox(stage: Stage, zone: Zone): Promise<Bench> {
  const nameServer = await startDnsServer(stage, zone);
  const config: UserConfig = {
    registrar: DOMAIN,
    domain: "127.0.0.1",
    lines: ["101", "102"].map((number) => ({ number, password: passwordOf(number) })),
    dialing: { digitMap: "xxx" },
  };
  return stage.bench({ config: { ...config, sip: { nameServers: [nameServer] } } });
}

/** The ports that the lines are registered at, as they told last. */
function serversOf(box: Bench): readonly string[] {
  return box.box.status().map((line) => line.registration);
}

async function canCall(box: Bench): Promise<void> {
  const [alice, bob] = box.phones;
  alice.lift();
  await alice.dials("102");
  await bob.rings();
  alice.hang();
  await box.world.waitUntil(() => !bob.phone.isRinging, 5000);
}

describe.skipIf(isPeerMissing("kamailio"))("[interop.kamailio-failover] our lines", () => {
  it.each(["udp", "tcp"] as const)(
    "find a registrar by NAPTR and SRV over %s, and the second one where the first is away",
    async (service) => {
      await onStage(async (stage) => {
        const tcp = { tcp: service === "tcp" };
        const first = await startKamailio(stage, { ...tcp, leaseMaxS: 10 });
        const second = await startKamailio(stage, { ...tcp, leaseMaxS: 10 });
        const box = await startBox(stage, zoneOf(first, second, service));
        expect(serversOf(box)).toEqual(["registered", "registered"]);
        await canCall(box);
        const events = box.events.length;
        await first.stop();
        // Both lines have moved once each has told again that it is registered.
        const moved = (): boolean => {
          const told = box.events.slice(events);
          return [1, 2].every((line) =>
            told.some((event) => event.kind === "registered" && event.line === line),
          );
        };
        expect(await box.world.waitUntil(moved, 60_000)).toBe(true);
        await canCall(box);
      })();
    },
  );
});
