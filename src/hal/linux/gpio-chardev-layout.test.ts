import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { POLL } from "./gpio-chardev-kernel.ts";
import {
  decodeChipInfo,
  decodeEdges,
  decodeLineFile,
  decodeLineInfo,
  decodeLineValues,
  emptyStruct,
  encodeLineInfoQuery,
  encodeLineRequest,
  encodeLineValues,
  GPIO_FLAGS,
  GPIO_REQUESTS,
  GPIO_STRUCTS,
  GPIO_VALUES,
} from "./gpio-chardev-layout.ts";
import { canCompileWith, evaluateC, runC } from "./testing/run-c.ts";

const hasHeaders = canCompileWith("linux/gpio.h");
const HEADERS = ["linux/gpio.h", "sys/ioctl.h", "poll.h"];

const asHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe.skipIf(!hasHeaders)("the kernel's own header", () => {
  it("has the same request numbers, sizes, offsets and values", () => {
    const numbers: Record<string, number> = { ...GPIO_REQUESTS, ...GPIO_FLAGS, ...GPIO_VALUES };
    const structs: Record<string, { size: number; fields: Record<string, number> }> = {
      ...GPIO_STRUCTS,
      pollfd: POLL,
    };
    const expected: Record<string, number> = { ...numbers, ...POLL.bits };
    for (const [name, { size, fields }] of Object.entries(structs)) {
      expected[`sizeof(struct ${name})`] = size;
      for (const [field, offset] of Object.entries(fields)) {
        expected[`offsetof(struct ${name}, ${field})`] = offset;
      }
    }
    expect(evaluateC(HEADERS, Object.keys(expected))).toEqual(expected);
    expect(Object.keys(expected).length).toBeGreaterThan(40);
  });

  it.each([
    ["an open-drain output that starts high", { offset: 16, initial: 1, eventCapacity: 0 }],
    ["an output that starts low", { offset: 5, initial: 0, eventCapacity: 0 }],
    ["an input", { offset: 6, initial: undefined, eventCapacity: 256 }],
  ] as const)("lays out the request of %s byte by byte alike", (_, given) => {
    const { offset, initial, eventCapacity } = given;
    const flags =
      initial === undefined
        ? "GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING"
        : "GPIO_V2_LINE_FLAG_OUTPUT | GPIO_V2_LINE_FLAG_OPEN_DRAIN";
    const attribute = `
      r.config.num_attrs = 1;
      r.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
      r.config.attrs[0].attr.values = ${initial};
      r.config.attrs[0].mask = 1;`;
    const told = runC(
      HEADERS,
      `
      struct gpio_v2_line_request r;
      memset(&r, 0, sizeof r);
      r.offsets[0] = ${offset};
      strcpy(r.consumer, "tipring");
      r.config.flags = ${flags};
      r.num_lines = 1;
      r.event_buffer_size = ${eventCapacity};
      ${initial === undefined ? "" : attribute}
      fwrite(&r, sizeof r, 1, stdout);`,
    );
    const ours = encodeLineRequest({
      offset,
      consumer: "tipring",
      flags: initial === undefined ? 4 | 16 | 32 : 8 | 64,
      ...(initial === undefined ? {} : { initial }),
      eventCapacity,
    });
    expect(asHex(ours)).toBe(asHex(told));
  });

  it("fills structures that are read right", () => {
    const told = runC(
      HEADERS,
      `
      struct gpiochip_info c = { "gpiochip0", "pinctrl-bcm2711", 58 };
      struct gpio_v2_line_info l = { .name = "GPIO17", .consumer = "spi0", .offset = 17,
        .flags = GPIO_V2_LINE_FLAG_USED | GPIO_V2_LINE_FLAG_INPUT };
      struct gpio_v2_line_values v = { .bits = 1, .mask = 1 };
      struct gpio_v2_line_event e[2] = {
        { 1234567890123ULL, GPIO_V2_LINE_EVENT_RISING_EDGE, 17, 1, 1 },
        { 1234567900123ULL, GPIO_V2_LINE_EVENT_FALLING_EDGE, 17, 2, 2 } };
      struct gpio_v2_line_request r = { .fd = 7 };
      fwrite(&c, sizeof c, 1, stdout); fwrite(&l, sizeof l, 1, stdout);
      fwrite(&v, sizeof v, 1, stdout); fwrite(e, sizeof e, 1, stdout);
      fwrite(&r, sizeof r, 1, stdout);`,
    );
    const cuts = [68, 256, 16, 96, 592];
    const [chip, line, values, edges, request] = cuts.map((size, index) => {
      const at = cuts.slice(0, index).reduce((sum, one) => sum + one, 0);
      return Uint8Array.from(told.subarray(at, at + size));
    });
    const none = new Uint8Array(0);
    expect(decodeChipInfo(chip ?? none)).toEqual({
      ...{ name: "gpiochip0", label: "pinctrl-bcm2711", lineCount: 58 },
    });
    expect(decodeLineInfo(line ?? none)).toEqual({ name: "GPIO17", consumer: "spi0", used: true });
    expect(decodeLineValues(values ?? none)).toBe(1);
    expect(decodeEdges(edges ?? none)).toEqual([
      { atMs: 1234567.890123, level: 1, number: 1 },
      { atMs: 1234567.900123, level: 0, number: 2 },
    ]);
    expect(decodeLineFile(request ?? none)).toBe(7);
  });
});

describe("encodeLineRequest()", () => {
  it("cuts a consumer's name so that it ends with a zero", () => {
    const { fields } = GPIO_STRUCTS.gpio_v2_line_request;
    const request = { offset: 0, consumer: "x".repeat(40), flags: 4, eventCapacity: 0 };
    const bytes = encodeLineRequest(request);
    expect(bytes[fields.consumer + 30]).toBe("x".charCodeAt(0));
    expect(bytes[fields.consumer + 31]).toBe(0);
    expect(bytes[fields.config]).toBe(4);
  });
});

describe("encodeLineValues(), decodeLineValues()", () => {
  it.each([0, 1] as const)("level %d, of the first line only", (level) => {
    const bytes = encodeLineValues(level);
    expect(decodeLineValues(bytes)).toBe(level);
    bytes[0] = (bytes[0] ?? 0) | 2;
    expect(decodeLineValues(bytes)).toBe(level);
  });
});

describe("encodeLineInfoQuery(), emptyStruct()", () => {
  it("have the size that the request's number says", () => {
    const sizeOf = (request: number): number => (request >>> 16) & 0x3fff;
    const { GPIO_GET_CHIPINFO_IOCTL, GPIO_V2_GET_LINEINFO_IOCTL } = GPIO_REQUESTS;
    expect(emptyStruct("gpiochip_info")).toHaveLength(sizeOf(GPIO_GET_CHIPINFO_IOCTL));
    expect(encodeLineInfoQuery(3)).toHaveLength(sizeOf(GPIO_V2_GET_LINEINFO_IOCTL));
  });
});

describe("decodeEdges()", () => {
  it("takes any bytes without throwing, and one edge for each whole record at most", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeEdges(bytes).length).toBeLessThanOrEqual(Math.floor(bytes.length / 48));
      }),
    );
  });

  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 0],
  ])("a record of kind %d gives %d edges", (id, count) => {
    const bytes = new Uint8Array(48);
    bytes[GPIO_STRUCTS.gpio_v2_line_event.fields.id] = id;
    expect(decodeEdges(bytes)).toHaveLength(count);
  });
});
