import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PortError } from "../../base/port-fault.ts";
import {
  findGpioLine,
  type GpioChip,
  HEADER_CHIP_LABELS,
  parseGpioLineName,
  readGpioChips,
} from "./gpio-lines.ts";

let sysfs = "";

beforeEach(() => {
  sysfs = mkdtempSync(join(tmpdir(), "tipring-sysfs-"));
});

afterEach(() => {
  rmSync(sysfs, { recursive: true, force: true });
});

/** A chip's files as the kernel shows them, each ended by a line end. */
function addChip(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(sysfs, folder));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(sysfs, folder, name), `${text}\n`);
  }
}

function faultOf(run: () => unknown) {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof PortError ? error.fault : undefined;
  }
}

describe("parseGpioLineName()", () => {
  it.each([
    ["GPIO0", { chipLabels: HEADER_CHIP_LABELS, offset: 0 }],
    ["GPIO27", { chipLabels: HEADER_CHIP_LABELS, offset: 27 }],
    ["300b000.pinctrl:73", { chipLabels: ["300b000.pinctrl"], offset: 73 }],
    ["a:b:1", { chipLabels: ["a:b"], offset: 1 }],
    ["chip:1023", { chipLabels: ["chip"], offset: 1023 }],
    ["chip:1024", undefined],
    ["chip:01", undefined],
    [":3", undefined],
    ["GPIO", undefined],
    ["GPIO-1", undefined],
    ["gpio17", undefined],
    ["17", undefined],
    ["GPIO17 ", undefined],
    ["", undefined],
  ])("%j", (pin, expected) => {
    expect(parseGpioLineName(pin)).toEqual(expected);
  });

  it("takes any text without throwing", () => {
    fc.assert(
      fc.property(fc.string(), (pin) => {
        const name = parseGpioLineName(pin);
        expect(name === undefined || (name.offset >= 0 && name.offset <= 1023)).toBe(true);
      }),
    );
  });
});

describe("readGpioChips()", () => {
  it("reads label, base and size, whatever the folder is called", () => {
    addChip("gpiochip512", { label: "pinctrl-bcm2711", base: "512", ngpio: "58" });
    addChip("gpiochip0", { label: "raspberrypi-exp-gpio", base: "570", ngpio: "8" });
    writeFileSync(join(sysfs, "export"), "");
    const chips = [...readGpioChips(sysfs)].sort((a, b) => a.base - b.base);
    expect(chips).toEqual([
      { label: "pinctrl-bcm2711", base: 512, lineCount: 58 },
      { label: "raspberrypi-exp-gpio", base: 570, lineCount: 8 },
    ]);
  });

  it.each([
    ["without a label", { base: "0", ngpio: "8" }],
    ["whose base is no number", { label: "x", base: "none", ngpio: "8" }],
    ["without a size", { label: "x", base: "0" }],
  ])("leaves a chip out %s", (_, files) => {
    addChip("gpiochip0", files);
    expect(readGpioChips(sysfs)).toEqual([]);
  });

  it("says that the kernel shows no GPIO where the folder is absent", () => {
    const missing = join(sysfs, "gpio");
    const fault = faultOf(() => readGpioChips(missing));
    expect(fault?.kind).toBe("unsupported");
    expect(fault?.what).toContain(missing);
    expect(fault?.advice).toContain("hw-sim");
  });
});

describe("findGpioLine()", () => {
  const expander: GpioChip = { label: "raspberrypi-exp-gpio", base: 570, lineCount: 8 };
  const pi4: GpioChip = { label: "pinctrl-bcm2711", base: 512, lineCount: 58 };
  const oldPi4: GpioChip = { ...pi4, base: 0 };
  const pi3: GpioChip = { label: "pinctrl-bcm2835", base: 458, lineCount: 54 };
  const pi5: GpioChip = { label: "pinctrl-rp1", base: 571, lineCount: 54 };

  it.each([
    ["GPIO17", [expander, pi4], 529],
    ["GPIO17", [oldPi4], 17],
    ["GPIO17", [pi3], 475],
    ["GPIO17", [expander, pi5], 588],
    ["GPIO57", [pi4], 569],
    ["raspberrypi-exp-gpio:7", [pi4, expander], 577],
  ])("%s is the chip's base plus its offset", (pin, chips, line) => {
    expect(findGpioLine(pin, chips)).toBe(line);
  });

  it.each([
    ["GPIO58", [pi4], "0 to 57"],
    ["GPIO17", [expander], "raspberrypi-exp-gpio (8 lines)"],
    ["GPIO17", [], "none"],
    ["other:0", [pi4], "pinctrl-bcm2711"],
    ["seventeen", [pi4], "GPIO17"],
  ])("%s on %j is not found, and the advice says what there is", (pin, chips, advice) => {
    const fault = faultOf(() => findGpioLine(pin, chips));
    expect(fault?.kind).toBe("not-found");
    expect(fault?.what).toContain(pin);
    expect(fault?.advice).toContain(advice);
  });
});
