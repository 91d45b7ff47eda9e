import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../base/bytes.ts";
import { AGAIN_MS, SENT_MAX, type TftpInput, type TftpOutput, TftpReader } from "./tftp-reader.ts";

const bytesOf = (text: string): number[] => Array.from(text, (one) => one.charCodeAt(0));
const data = (block: number, content: Uint8Array): Uint8Array =>
  Uint8Array.of(0, 3, block >> 8, block & 255, ...content);
const oack = (...words: string[]): Uint8Array =>
  Uint8Array.of(0, 6, ...bytesOf(words.map((word) => `${word}\0`).join("")));
const error = (code: number, text: string): Uint8Array =>
  Uint8Array.of(0, 5, 0, code, ...bytesOf(text), 0);

/** What went out, in words. */
function told(outputs: readonly TftpOutput[]): string[] {
  return outputs.map((output) => {
    if (output.kind === "done") return `done ${output.bytes.length}`;
    if (output.kind === "failed") return `failed: ${output.why}`;
    const [, kind = 0, high = 0, low = 0] = output.bytes;
    const names: Record<number, string> = {
      1: "read",
      4: `ack ${high * 256 + low}`,
      5: `error ${low}`,
    };
    return `${names[kind]} to ${output.port}`;
  });
}

function setUp(maxBytes = 1_000_000) {
  const reader = new TftpReader({ file: "b/x.yaml", port: 69, maxBytes });
  const clock = { nowMs: 0 };
  const handle = (input: TftpInput): string[] => told(reader.handle(input, clock.nowMs));
  const get = (bytes: Uint8Array, port = 5000): string[] =>
    handle({ kind: "datagram", port, bytes });
  return { reader, clock, handle, get };
}

describe("TftpReader", () => {
  it("asks for the file with larger blocks and its size", () => {
    const reader = new TftpReader({ file: "b/x.yaml", port: 69, maxBytes: 1 });
    const [output] = reader.handle({ kind: "start" }, 0);
    expect(output?.kind === "send" ? latin1FromBytes(output.bytes) : "").toBe(
      "\0\x01b/x.yaml\0octet\0blksize\x001428\0tsize\x000\0",
    );
  });

  it("reads a file in the blocks that were agreed on", () => {
    const { handle, get } = setUp();
    expect(handle({ kind: "start" })).toEqual(["read to 69"]);
    expect(get(oack("blksize", "1428", "tsize", "1430"))).toEqual(["ack 0 to 5000"]);
    expect(get(data(1, new Uint8Array(1428)))).toEqual(["ack 1 to 5000"]);
    expect(get(data(2, Uint8Array.of(1, 2)))).toEqual(["ack 2 to 5000", "done 1430"]);
    expect(get(data(2, Uint8Array.of(1, 2)))).toEqual([]);
  });

  it("goes on where the numbers of small blocks begin anew", () => {
    const { reader, handle, get } = setUp();
    handle({ kind: "start" });
    get(oack("blksize", "8"));
    const bytes = data(0, new Uint8Array(8));
    for (let block = 1; block <= 65_536; block++) {
      bytes[2] = block >> 8;
      bytes[3] = block;
      reader.handle({ kind: "datagram", port: 5000, bytes }, 0);
    }
    expect(get(bytes)).toEqual(["ack 0 to 5000"]);
    expect(get(data(1, new Uint8Array(0)))).toEqual(["ack 1 to 5000", "done 524288"]);
  });

  it.each([
    [511, ["ack 1 to 5000", "done 511"]],
    [512, ["ack 1 to 5000"]],
    [513, []],
    [0, ["ack 1 to 5000", "done 0"]],
  ])("from a server without options a first block of %i leads to %j", (size, words) => {
    const { handle, get } = setUp();
    handle({ kind: "start" });
    expect(get(data(1, new Uint8Array(size)))).toEqual(words);
  });

  it.each([
    ["8", ["ack 0 to 5000"]],
    ["7", ["error 8 to 5000", "failed: comes in blocks nobody asked for"]],
    ["1428", ["ack 0 to 5000"]],
    ["1429", ["error 8 to 5000", "failed: comes in blocks nobody asked for"]],
    ["x", ["error 8 to 5000", "failed: comes in blocks nobody asked for"]],
  ])("offered blocks of %s it says %j", (size, words) => {
    const { handle, get } = setUp();
    handle({ kind: "start" });
    expect(get(oack("BLKSIZE", size))).toEqual(words);
  });

  it.each([
    [100, "100", ["ack 0 to 5000"]],
    [100, "101", ["error 3 to 5000", "failed: is larger than 100 bytes"]],
  ])("within %i bytes, told of %s, says %j", (maxBytes, size, words) => {
    const { handle, get } = setUp(maxBytes);
    handle({ kind: "start" });
    expect(get(oack("tsize", size))).toEqual(words);
  });

  it("ends where more comes than was told", () => {
    const { handle, get } = setUp(512);
    handle({ kind: "start" });
    expect(get(data(1, new Uint8Array(512)))).toEqual(["ack 1 to 5000"]);
    expect(get(data(2, new Uint8Array(1)))).toEqual([
      "error 3 to 5000",
      "failed: is larger than 512 bytes",
    ]);
  });

  it("does not listen to another port", () => {
    const { handle, get } = setUp();
    handle({ kind: "start" });
    get(data(1, new Uint8Array(512)));
    expect(get(data(2, new Uint8Array(1)), 5001)).toEqual(["error 5 to 5001"]);
    expect(get(error(1, "no"), 5001)).toEqual(["error 5 to 5001"]);
    expect(get(data(2, new Uint8Array(1)))).toEqual(["ack 2 to 5000", "done 513"]);
  });

  it("acknowledges again what comes again, and leaves out what is not its turn", () => {
    const { handle, get } = setUp();
    handle({ kind: "start" });
    get(data(1, new Uint8Array(512)));
    expect(get(data(1, new Uint8Array(512)))).toEqual(["ack 1 to 5000"]);
    expect(get(data(3, new Uint8Array(512)))).toEqual([]);
    expect(get(data(0, new Uint8Array(512)))).toEqual([]);
    expect(get(oack("blksize", "8"))).toEqual([]);
  });

  it("sends its last packet again after growing waits, and gives up", () => {
    const { reader, clock, handle } = setUp();
    handle({ kind: "start" });
    for (let sent = 1; sent < SENT_MAX; sent++) {
      const dueMs = reader.deadlineMs() ?? 0;
      expect(dueMs - clock.nowMs).toBe(AGAIN_MS * 2 ** (sent - 1));
      clock.nowMs = dueMs - 1;
      expect(handle({ kind: "timeout" })).toEqual([]);
      clock.nowMs = dueMs;
      expect(handle({ kind: "timeout" })).toEqual(["read to 69"]);
    }
    clock.nowMs = reader.deadlineMs() ?? 0;
    expect(handle({ kind: "timeout" })).toEqual([
      "failed: is not there: nobody answers by TFTP, or the server went away",
    ]);
    expect(reader.deadlineMs()).toBeUndefined();
  });

  it.each([
    [
      error(1, "File not found"),
      "is not there (TFTP 1: File not found): put this machine's file there",
    ],
    [error(2, ""), "is refused (TFTP 2): check the file's rights"],
    [error(0, "a\u001b[2J"), "was answered with TFTP's error 0: a?[2J"],
  ])("ends by an error %#", (packet, why) => {
    const { handle, get } = setUp();
    handle({ kind: "start" });
    expect(get(packet)).toEqual([`failed: ${why}`]);
  });

  it("reads every file whole over a network that loses, doubles and turns around", () => {
    const happening = fc.constantFrom("carry", "carry", "carry", "lose", "double", "time");
    const way = fc.array(happening, { maxLength: 60 });
    const blocks = fc.constantFrom(8, 512, 1428);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        blocks,
        way,
        (file, blockBytes, happenings) => {
          const { reader, clock } = setUp();
          let result: Uint8Array | undefined;
          const queue: Uint8Array[] = [];
          const server = (bytes: Uint8Array): void => {
            if (bytes[1] === 1) queue.push(oack("blksize", String(blockBytes)));
            if (bytes[1] !== 4) return;
            const block = (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0);
            if (block * blockBytes > file.length) return;
            queue.push(
              data(block + 1, file.subarray(block * blockBytes, (block + 1) * blockBytes)),
            );
          };
          const carryOut = (outputs: readonly TftpOutput[]): void => {
            for (const output of outputs) {
              if (output.kind === "send") server(output.bytes);
              else if (output.kind === "done") result = output.bytes;
              else throw new Error(output.why);
            }
          };
          const timeout = (): void => {
            clock.nowMs = reader.deadlineMs() ?? clock.nowMs;
            carryOut(reader.handle({ kind: "timeout" }, clock.nowMs));
          };
          carryOut(reader.handle({ kind: "start" }, 0));
          let losses = 0;
          for (let step = 0; result === undefined && step < 20_000; step++) {
            const what = happenings[step] ?? "carry";
            const next = queue.shift();
            // Less losses in a row than it has patience for.
            const isLost = what === "lose" && ++losses < SENT_MAX;
            if (next === undefined || (isLost && queue.length === 0)) timeout();
            else if (!isLost) {
              if (what === "double") queue.push(next);
              const input = { kind: "datagram", port: 5000, bytes: next } as const;
              carryOut(reader.handle(input, clock.nowMs));
            }
          }
          expect(result).toEqual(file);
        },
      ),
    );
  });

  it("takes any datagram", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (datagrams) => {
        const { reader } = setUp();
        reader.handle({ kind: "start" }, 0);
        for (const bytes of datagrams) {
          reader.handle({ kind: "datagram", port: 1, bytes: Uint8Array.of(0, ...bytes) }, 0);
        }
      }),
    );
  });
});
