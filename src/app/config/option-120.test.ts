import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPTION_SERVERS_MAX, parseOption120 } from "./option-120.ts";

/** A name as DNS writes it, in hexadecimal. */
const name = (text: string): string =>
  [...text.split("."), ""]
    .flatMap((label) => [label.length, ...Array.from(label, (letter) => letter.charCodeAt(0))])
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

describe("parseOption120()", () => {
  it.each([
    ["01 c0a80105", ["192.168.1.5"]],
    ["01:C0:A8:01:05:0A:00:00:02", ["192.168.1.5", "10.0.0.2"]],
    [`00${name("sip.Example.net")}`, ["sip.example.net"]],
    [`00${name("a.example")}${name("b.example")}`, ["a.example", "b.example"]],
    // The second name is "b" and a pointer to "example" in the first.
    [`00${name("a.example")}0162c002`, ["a.example", "b.example"]],
    [`01${"0a000001".repeat(20)}`, Array.from({ length: OPTION_SERVERS_MAX }, () => "10.0.0.1")],
  ])("reads %s", (hex, servers) => {
    expect(parseOption120(hex)).toEqual({ ok: true, value: servers });
  });

  it.each([
    [""],
    ["0"],
    ["xx"],
    ["02c0a80105"],
    ["01"],
    ["01c0a801"],
    ["00"],
    ["0000"],
    ["0005616263"],
    ["00026120 00"],
    // Pointers past the end, to themselves, in a circle.
    ["00c0ff"],
    ["00c000"],
    ["000161c000"],
    ["00c0"],
    [`00${name(`${"a".repeat(60)}.`.repeat(5).slice(0, -1))}`],
  ])("refuses %j", (hex) => {
    expect(parseOption120(hex).ok).toBe(false);
  });

  it("never throws and keeps its limit", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
        const parsed = parseOption120(hex);
        if (parsed.ok) expect(parsed.value.length).toBeLessThanOrEqual(OPTION_SERVERS_MAX);
      }),
    );
  });
});
