import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BufferedPacket, PAYLOAD_LIMIT_BYTES, SlotQueue } from "./jitter-slot.ts";

const packetOf = (sequence: number, length = 4): BufferedPacket => ({
  sequence,
  timestamp: 0,
  payloadType: 0,
  payload: new Uint8Array(length).fill(sequence),
  samples: length,
});

function sequencesIn(queue: SlotQueue): number[] {
  const found: number[] = [];
  for (let slot = queue.first; slot !== undefined; slot = slot.next) found.push(slot.sequence);
  return found;
}

describe("SlotQueue", () => {
  it("keeps packets in their order, whatever comes and goes, as a sorted list does", () => {
    const step = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom("shift", "clear"));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new SlotQueue();
        let model: number[] = [];
        for (const one of steps) {
          if (one === "shift") {
            queue.shift();
            model.shift();
          } else if (one === "clear") {
            queue.clear();
            model = [];
          } else if (typeof one === "number") {
            const before = queue.findUpTo(one);
            expect(before?.sequence).toBe(model.findLast((other) => other <= one));
            if (before?.sequence === one) continue;
            queue.insert(before, packetOf(one), 8 * one);
            model = [...model, one].sort((a, b) => a - b);
          }
          expect(sequencesIn(queue)).toEqual(model);
          expect(queue.length).toBe(model.length);
          expect(queue.last?.sequence).toBe(model.at(-1));
        }
      }),
    );
  });

  it("insert() copies payload and position, into the slot that was used last", () => {
    const queue = new SlotQueue();
    queue.insert(undefined, packetOf(7), 70);
    const slot = queue.first;
    expect(slot).toMatchObject({ sequence: 7, at: 70, samples: 4 });
    expect(slot?.payload).toEqual(new Uint8Array(4).fill(7));
    queue.shift();
    expect(slot?.payload).toEqual(new Uint8Array(4).fill(7));
    queue.insert(undefined, packetOf(8), 80);
    expect(queue.first).toBe(slot);
  });

  it.each([1, 3, 4, 5, 9, PAYLOAD_LIMIT_BYTES])(
    "takes %i bytes where four were before",
    (length) => {
      const queue = new SlotQueue();
      queue.insert(undefined, packetOf(1), 0);
      queue.shift();
      queue.insert(undefined, packetOf(2, length), 0);
      expect(queue.first?.payload).toEqual(new Uint8Array(length).fill(2));
    },
  );
});
