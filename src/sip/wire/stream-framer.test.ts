import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromLatin1, latin1FromBytes } from "../../base/bytes.ts";
import { WIRE_LIMITS } from "./limits.ts";
import { type StreamFrame, StreamFramer, type StreamRole } from "./stream-framer.ts";

function print(frames: readonly StreamFrame[]): readonly string[] {
  return frames.map((frame) => {
    if (frame.kind === "message") return latin1FromBytes(frame.bytes);
    return frame.kind === "broken" ? `broken: ${frame.reason}` : frame.kind;
  });
}

/** Frames of a text handed in whole. */
function framesOf(text: string, role: StreamRole = "accepter"): readonly string[] {
  return print(new StreamFramer(role).push(bytesFromLatin1(text)));
}

const A = "OPTIONS sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nabc";
const B = "OPTIONS sip:b SIP/2.0\r\nl:0\r\n\r\n";

describe("StreamFramer push()", () => {
  it.each([
    ["one message", A, [A]],
    ["two in one piece", A + B, [A, B]],
    ["bare line feeds", "X\nl: 1\n\nb", ["X\nl: 1\n\nb"]],
    ["mixed line ends", "X\r\nl: 1\r\n\nb", ["X\r\nl: 1\r\n\nb"]],
    ["no Content-Length: no body", `X\r\nA: b\r\n\r\n${B}`, ["X\r\nA: b\r\n\r\n", B]],
    ["the name in any case, spaced", "X\r\nCONTENT-length \t: 2\r\n\r\nab", undefined],
    ["a folded value", "X\r\nContent-Length:\r\n  2\r\n\r\nab", undefined],
    ["the same length twice", "X\r\nl: 1\r\nContent-Length: 1\r\n\r\na", undefined],
    ["the name inside a value", "X\r\nSubject: l: 9\r\n\r\n", undefined],
    ["the name as the end of another", "X\r\nX-Content-Length: 9\r\n\r\n", undefined],
    ["a ping", "\r\n\r\n", ["ping"]],
    ["a ping between messages", `${A}\r\n\r\n${B}`, [A, "ping", B]],
    ["a line end before a message", `\r\n${A}`, ["pong", A]],
    ["line feeds before a message", `\n\n${A}`, [A]],
    ["half a ping", "\r\n", []],
    ["half a message", A.slice(0, -1), []],
  ])("reads %s", (_what, text, frames) => {
    expect(framesOf(text)).toEqual(frames ?? [text]);
  });

  it.each([
    ["a pong at once", "\r\n", ["pong"]],
    ["a ping of a server, or two pongs", "\r\n\r\n", ["ping", "pong"]],
    ["a pong before a message", `\r\n${A}`, ["pong", A]],
  ])("reads as who opened the stream %s", (_what, text, frames) => {
    expect(framesOf(text, "opener")).toEqual(frames);
  });

  it.each([
    ["no number", "l: x", "a Content-Length that is no number"],
    ["a negative number", "l: -1", "a Content-Length that is no number"],
    ["two numbers", "l: 1\r\nContent-Length: 2", "two values of Content-Length"],
  ])("hands on what has %s and breaks behind it", (_what, field, reason) => {
    const head = `X\r\n${field}\r\n\r\n`;
    expect(framesOf(head + A)).toEqual([head, `broken: ${reason}`]);
  });

  it.each([
    [0, 1],
    [1, 0],
  ])("takes a message at its limit and none above it (%i over)", (over, messages) => {
    const head = "X\r\nContent-Length: 65000\r\n\r\n";
    const pad = WIRE_LIMITS.messageBytes - head.length - 65_000 + over;
    const body = "b".repeat(65_000);
    const text = `X\r\nA: ${"p".repeat(pad - 5)}\r\nContent-Length: 65000\r\n\r\n${body}`;
    expect(text.length).toBe(WIRE_LIMITS.messageBytes + over);
    expect(framesOf(text).filter((frame) => !frame.startsWith("broken"))).toHaveLength(messages);
  });

  it("breaks at header fields without an end, and then keeps and tells nothing", () => {
    const framer = new StreamFramer("accepter");
    const piece = bytesFromLatin1("x".repeat(10_000));
    const frames: string[] = [];
    for (let count = 0; count < 20; count++) frames.push(...print(framer.push(piece)));
    expect(frames).toEqual(["broken: header fields without an end"]);
    expect(framer.waitingBytes).toBe(0);
  });

  it("gives the same however the bytes are cut", () => {
    const part = fc.constantFrom(
      A,
      B,
      "\r\n\r\n",
      "\r\n",
      "\n",
      "X\r\nl: 4\r\n\r\n\r\n\r\n",
      "junk",
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        fc.array(fc.nat(30), { minLength: 1, maxLength: 40 }),
        (parts, cuts) => {
          const bytes = bytesFromLatin1(parts.join(""));
          const framer = new StreamFramer("accepter");
          const frames: string[] = [];
          for (let at = 0, cut = 0; at < bytes.length; cut++) {
            const end = Math.min(bytes.length, at + 1 + (cuts[cut % cuts.length] ?? 0));
            const piece = bytes.slice(at, end);
            frames.push(...print(framer.push(piece)));
            piece.fill(0x58);
            at = end;
          }
          expect(frames).toEqual(framesOf(parts.join("")));
        },
      ),
    );
  });

  it("looks at each byte a constant number of times", () => {
    const framer = new StreamFramer("accepter");
    const head = `X\r\nA: ${"p".repeat(60_000)}`;
    const bytes = bytesFromLatin1(head);
    const before = process.cpuUsage();
    for (let at = 0; at < bytes.length; at++) framer.push(bytes.subarray(at, at + 1));
    // Quadratic work would be 1.8e9 steps: seconds, not milliseconds. This process's own time: a
    // machine that is busy with others takes longer, but does not work more.
    expect(process.cpuUsage(before).user).toBeLessThan(1e6);
    expect(framer.waitingBytes).toBe(head.length);
  });
});
