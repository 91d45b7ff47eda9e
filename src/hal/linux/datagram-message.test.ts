import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  LONG_WORDS,
  type LongWords,
  messageWords,
  resetMessage,
  SO_TIMESTAMPNS,
  WAITED_MAX_US,
  waitedUs,
  writeMessage,
} from "./datagram-message.ts";
import { canCompileWith, evaluateC, runC } from "./testing/run-c.ts";

const HEADERS = ["sys/socket.h", "time.h"];
const TARGETS = { bytes: 0x55_1000, bytesLength: 4097, name: 0x55_3000, nameLength: 28 };
const WIDTHS: readonly LongWords[] = [1, 2];
const SOL_SOCKET = 1;
/** The wall's time of these tests: seconds and nanoseconds. */
const WALL = [1_795_800_000, 500_000_000] as const;

/** Words of numbers that each have the room of a `long`. */
const longs = (width: LongWords, ...values: readonly number[]): number[] =>
  values.flatMap((value) => (width === 1 ? [value] : [value, value < 0 ? -1 : 0]));

/** One piece of control data, its level and kind told, and what it brings. */
function piece(width: LongWords, level: number, kind: number, data: readonly number[]): number[] {
  return [...longs(width, 4 * (width + 2 + data.length)), level, kind, ...data];
}

const stamp = (width: LongWords, seconds: number, nanoseconds: number): number[] =>
  piece(width, SOL_SOCKET, SO_TIMESTAMPNS, longs(width, seconds, nanoseconds));

/** A message as the kernel leaves it behind, with so many words of control data valid. */
function received(width: LongWords, control: readonly number[], told = control.length): Int32Array {
  const words = new Int32Array(messageWords(width));
  writeMessage(words, 0x1000, TARGETS, width);
  words.set(control.slice(0, words.length - 9 * width), 9 * width);
  words[5 * width] = 4 * told;
  return words;
}

const wall = (width: LongWords, [seconds, nanoseconds]: readonly [number, number] = WALL) =>
  Int32Array.from(longs(width, seconds, nanoseconds));

describe("writeMessage()", () => {
  it("lays a message out for machines of 32 bits", () => {
    const words = new Int32Array(messageWords(1));
    writeMessage(words, 0x1000, TARGETS, 1);
    // struct msghdr of arm: name, its length, iovecs, one, control, its length, flags; an iovec.
    const head = [0x55_3000, 28, 0x1000 + 28, 1, 0x1000 + 36, 80, 0, 0x55_1000, 4097];
    expect([...words.subarray(0, 9)]).toEqual(head);
    expect(words).toHaveLength(9 + 20);
  });

  it("resetMessage() puts back what the kernel wrote over", () => {
    for (const width of WIDTHS) {
      const fresh = new Int32Array(messageWords(width));
      writeMessage(fresh, 0x7fff_1234_5000, TARGETS, width);
      const used = Int32Array.from(fresh);
      used[width] = 16;
      used[5 * width] = 32;
      resetMessage(used, TARGETS.nameLength, width);
      expect(used).toEqual(fresh);
    }
  });

  it.skipIf(!canCompileWith("time.h"))("does so as this machine's own header", () => {
    const address = 0x12_3456_7000;
    const told = runC(
      HEADERS,
      `
      struct { struct msghdr m; struct iovec v; } t;
      memset(&t, 0, sizeof t);
      t.m.msg_name = (void *)0x553000L; t.m.msg_namelen = 28;
      t.m.msg_iov = (void *)(0x1234567000L + sizeof t.m); t.m.msg_iovlen = 1;
      t.m.msg_control = (void *)(0x1234567000L + sizeof t); t.m.msg_controllen = 80;
      t.v.iov_base = (void *)0x551000L; t.v.iov_len = 4097;
      fwrite(&t, sizeof t, 1, stdout);`,
    );
    const words = new Int32Array(messageWords());
    writeMessage(words, address, TARGETS);
    const ours = Buffer.from(words.buffer, 0, 4 * 9 * LONG_WORDS);
    expect(ours.toString("hex")).toBe(Buffer.from(told).toString("hex"));
    const expected = {
      SO_TIMESTAMPNS,
      SOL_SOCKET,
      CLOCK_REALTIME: 0,
      "CMSG_LEN(sizeof(struct timespec))": 4 * (LONG_WORDS + 2 + 2 * LONG_WORDS),
    };
    expect(evaluateC(HEADERS, Object.keys(expected))).toEqual(expected);
  });
});

describe.each(WIDTHS)("waitedUs() in longs of %i words", (width) => {
  const [seconds, nanoseconds] = WALL;
  const other = piece(width, SOL_SOCKET, 40, [7]);
  const odd = piece(width, 41, 50, [1, 2, 3]);
  /** So that the next piece begins at a whole long. */
  const evened = (words: readonly number[]): number[] =>
    words.length % width === 0 ? [...words] : [...words, 0];
  const came = stamp(width, seconds, nanoseconds - 7_000_000);

  it.each<[string, readonly number[], number]>([
    ["a while ago", came, 7000],
    ["in the second before", stamp(width, seconds - 1, 999_999_000), 500_001],
    ["this very moment", stamp(width, ...WALL), 0],
    ["less than 1 µs ago", stamp(width, seconds, nanoseconds - 999), 0],
    ["of ten minutes ago", stamp(width, seconds - 600, nanoseconds), 600_000_000],
    ["of an hour ago: the wall was set forward", stamp(width, seconds - 3600, 0), WAITED_MAX_US],
    ["of 1970", stamp(width, 0, 0), WAITED_MAX_US],
    ["to come: the wall was set back", stamp(width, seconds + 3600, nanoseconds), 0],
    ["to come by 1 µs", stamp(width, seconds, nanoseconds + 1000), 0],
    ["not told", [], 0],
    ["behind something else", [...evened(other), ...came], 7000],
    ["behind more that is odd", [...evened(odd), ...came], 7000],
    ["of another level", piece(width, 41, SO_TIMESTAMPNS, longs(width, seconds - 1, 0)), 0],
    ["of another kind", piece(width, SOL_SOCKET, 37, longs(width, seconds - 1, 0)), 0],
    ["behind a piece of no length", [...longs(width, 0), SOL_SOCKET, 40, ...came], 0],
    [
      "behind a piece of less than a head",
      [...longs(width, 4 * width), SOL_SOCKET, 40, ...came],
      0,
    ],
    ["behind a piece that ends beyond all", [...longs(width, 4000), SOL_SOCKET, 40, ...came], 0],
    [
      "told too short",
      [...longs(width, 4 * (width + 3)), SOL_SOCKET, SO_TIMESTAMPNS, 0, 0, 0, 0],
      0,
    ],
  ])("a time %s", (_, control, expected) => {
    expect(waitedUs(received(width, control), wall(width), width)).toBe(expected);
  });

  it("goes on beyond the end of 32 bits of seconds", () => {
    const control = stamp(width, 0x7fff_ffff, 999_000_000);
    const words = received(width, control);
    expect(waitedUs(words, wall(width, [-0x8000_0000, 1_000_000]), width)).toBe(2000);
  });

  it("takes nothing from what was cut off", () => {
    for (let told = 0; told < came.length; told++) {
      expect(waitedUs(received(width, came, told), wall(width), width)).toBe(0);
    }
  });

  it("is a whole number within its bounds, whatever the memory holds", () => {
    const word = fc.oneof(
      fc.constantFrom(0, 1, SO_TIMESTAMPNS, 8, 12, 16, 20, 24, 32, 80),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    );
    const memory = fc.array(word, { maxLength: messageWords(width) });
    fc.assert(
      fc.property(memory, fc.tuple(word, word), word, (control, at, told) => {
        const words = received(width, control);
        words[5 * width] = told;
        const us = waitedUs(words, wall(width, at), width);
        expect(Number.isInteger(us) && us >= 0 && us <= WAITED_MAX_US).toBe(true);
        expect(Object.is(us, -0)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
