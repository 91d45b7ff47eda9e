import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, pause, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  FAR_SERVER,
  farEndFirst,
  INVITE_OF_BOX,
  inTheirDialog,
  sdp,
  withSdp,
} from "./support/far-end.ts";

describe("the battery at an answer", () => {
  it.each([
    [true, [true, false]],
    [false, []],
  ] as const)("turns round where answerReversal is %s", async (answerReversal, turns) => {
    const lab = await bench({
      seed: 7,
      phones: ["touch-tone", "touch-tone"],
      config: {
        exchange: { transport: "udp" },
        countryOverrides: { supervision: { answerReversal, openLoopMs: 0 } },
      },
    });
    const [alice, bob] = lab.phones;
    const reversals = () =>
      alice.phone.observations.flatMap((seen) => (seen.kind === "polarity" ? [seen.reversed] : []));
    await alice.calls("102");
    await bob.rings({});
    expect(reversals()).toEqual([]);
    bob.lift();
    await lab.world.advance(1000);
    expect(reversals()).toEqual(turns.slice(0, 1));
    bob.hang();
    await alice.hears("busy");
    await lab.world.advance(1000);
    expect(reversals()).toEqual(turns);
  });
});

/** What a server tells of the cost so far. */
const cost = (amount: string, unit: string, part = "aoc-d"): string =>
  `<?xml version="1.0"?><aoc xmlns="http://uri.etsi.org/ngn/params/xml/simservs/aoc"><${part}>` +
  "<charging-info>subtotal</charging-info><recorded-charges><recorded-currency-units>" +
  `<currency-id>${unit}</currency-id><currency-amount>${amount}</currency-amount>` +
  `</recorded-currency-units></recorded-charges></${part}></aoc>`;

const withCost = (method: string, body: string): string =>
  inTheirDialog(method, body).replace("application/sdp", "application/vnd.etsi.aoc+xml");

describe("advice of charge", () => {
  it.each([
    ["EUR", 0.05, ["0.01", "0.10", "0.12"], "0.20", 4],
    ["UNIT", 0, ["1", "1", "3"], "5", 5],
    ["EUR", 0, ["1", "2", "3"], "4", 0],
  ] as const)("in %s at %f moves the charge meter", async (unit, unitPrice, told, last, pulses) => {
    const first = farEndFirst();
    const lab = await bench({
      seed: 9,
      line: { chip: "si3210" },
      phones: [{ kind: "touch-tone", chargeMeterHz: 12_000 }, "touch-tone"],
      prepare: first.prepare,
      config: {
        registrar: FAR_SERVER,
        dialing: { digitMap: "xxx" },
        countryOverrides: { supervision: { metering: { byServer: true, unitPrice } } },
      },
    });
    const [alice] = lab.phones;
    const far = first.get();
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("200 OK", withSdp(sdp())),
      expectMessage(/^ACK /),
      ...told.flatMap((amount) => [
        send(withCost("INFO", cost(amount, unit))),
        expectMessage(/^SIP\/2.0 200 /),
        pause(1500),
      ]),
      send(withCost("BYE", cost(last, unit, "aoc-e"))),
      expectMessage(/^SIP\/2.0 200 /),
    );
    await alice.calls("555");
    // Step by step: the chip's driver waits for promises in between.
    for (let step = 0; step < 90; step++) await lab.world.advance(100);
    await far.passes();
    alice.hang();
    await lab.world.advance(3000);
    const seen = alice.phone.observations.filter(({ kind }) => kind === "metering-pulse");
    expect(seen).toHaveLength(pulses);
    expect(lab.records[0]).toMatchObject({ charge: { amount: Number(last), unit } });
    await lab.stop();
  });
});

describe("the cost in the answer to our BYE", () => {
  it.each([
    ["is in the record", cost("7", "EUR", "aoc-e"), { amount: 7, unit: "EUR" }],
    ["may be missing", "", undefined],
  ] as const)("%s", async (_, body, charge) => {
    const first = farEndFirst();
    const lab = await bench({
      seed: 10,
      phones: ["touch-tone", "touch-tone"],
      prepare: first.prepare,
      config: {
        registrar: FAR_SERVER,
        dialing: { digitMap: "xxx" },
        countryOverrides: { supervision: { metering: { byServer: true, unitPrice: 1 } } },
      },
    });
    const [alice] = lab.phones;
    const far = first.get();
    const type = ["Content-Type: application/vnd.etsi.aoc+xml"];
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("200 OK", withSdp(sdp())),
      expectMessage(/^ACK /),
      expectMessage(/^BYE /, { timeoutMs: 30_000 }),
      pause(400),
      reply("200 OK", body === "" ? {} : { headers: type, body }),
    );
    await alice.calls("555");
    await lab.world.advance(6000);
    alice.hang();
    await far.passes();
    // The media has long told its figures.
    expect(lab.records).toHaveLength(0);
    await lab.world.advance(300);
    expect(lab.records).toHaveLength(1);
    expect(lab.records[0]?.charge).toEqual(charge);
    await lab.stop();
  });
});

describe("metering", () => {
  it.each([
    ["si3210", [2, 4, 6]],
    ["ag1171", []],
  ] as const)("counts a call's time at the telephone, on the %s", async (chip, expected) => {
    const lab = await bench({
      seed: 8,
      line: { chip },
      phones: [{ kind: "touch-tone", chargeMeterHz: 12_000 }, "touch-tone"],
      config: {
        exchange: { transport: "udp" },
        countryOverrides: { supervision: { metering: { everyMs: 2000 } } },
      },
    });
    const [alice, bob] = lab.phones;
    const pulses = ({ phone }: typeof alice) =>
      phone.observations.flatMap((seen) => (seen.kind === "metering-pulse" ? [seen.atMs] : []));
    await alice.calls("102");
    await bob.rings({});
    bob.lift();
    // Step by step: the chip's driver waits for promises in between.
    for (let step = 0; step < 69; step++) await lab.world.advance(100);
    alice.hang();
    await lab.world.advance(5000);
    const [first = 0, ...later] = pulses(alice);
    expect(later.map((atMs) => Math.round((atMs - first) / 1000))).toEqual(expected);
    expect(pulses(bob)).toEqual([]);
  });
});
