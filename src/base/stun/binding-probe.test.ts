import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BINDING_PROBE_TIMES, BindingProbe } from "./binding-probe.ts";
import { printStun, STUN_ATTRIBUTE, type StunClass, xorAddress } from "./stun-message.ts";

const TRANSACTION = Uint8Array.from({ length: 12 }, (_, at) => at + 1);
const SEEN = { host: "203.0.113.7", port: 40_000 };

function answer(
  change: { readonly kind?: StunClass; readonly method?: number; readonly id?: Uint8Array } = {},
): Uint8Array {
  const { kind = "success", method = 1, id = TRANSACTION } = change;
  const value = xorAddress(SEEN, id) ?? new Uint8Array(0);
  const attributes = [{ type: STUN_ATTRIBUTE.xorMappedAddress, value }];
  return printStun({ kind, method, transaction: id, attributes });
}

describe("BindingProbe", () => {
  it("asks three times, longer apart each time, and gives up", () => {
    const probe = new BindingProbe(TRANSACTION, 1000);
    const log: string[] = [];
    for (let step = ""; step !== "give-up"; ) {
      const atMs = probe.deadlineMs();
      expect(probe.timeout(atMs - 1)).toBe("wait");
      step = probe.timeout(atMs);
      log.push(`${atMs - 1000} ${step}`);
    }
    expect(log).toEqual(["500 send", "1500 send", `${BINDING_PROBE_TIMES.giveUpMs} give-up`]);
    expect([...probe.request.subarray(0, 8)]).toEqual([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
    expect([...probe.request.subarray(8)]).toEqual([...TRANSACTION]);
  });

  it.each([
    ["its answer", answer(), SEEN],
    ["the answer to another", answer({ id: new Uint8Array(12) }), undefined],
    ["an error", answer({ kind: "error" }), undefined],
    ["a request", answer({ kind: "request" }), undefined],
    ["another method", answer({ method: 3 }), undefined],
    ["half an answer", answer().subarray(0, 24), undefined],
    ["nothing", new Uint8Array(0), undefined],
  ])("of %s reads %j", (_what, bytes, seen) => {
    expect(new BindingProbe(TRANSACTION, 0).answer(bytes)).toEqual(seen);
  });

  it("is unmoved by any bytes", () => {
    const probe = new BindingProbe(TRANSACTION, 0);
    const good = answer();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(good.length), (noise, at) => {
        const spoiled = Uint8Array.from([...good.subarray(0, at), ...noise]);
        probe.answer(noise);
        probe.answer(spoiled);
      }),
    );
  });
});
