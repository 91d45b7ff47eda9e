import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FaxGatewayOptions } from "../../base/fax-engine.ts";
import { loadSpandspFax } from "./spandsp-fax.ts";

const LIBRARIES = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
const isMissing = !LIBRARIES.some((folder) => existsSync(`${folder}/libspandsp.so.2`));
const OPTIONS: FaxGatewayOptions = {
  version: 0,
  maxBitRate: 14_400,
  rateManagement: "transferred",
  maxDatagram: 400,
  fillBitRemoval: false,
};
/** The packet of flags by V.21. */
const FLAGS = Uint8Array.from([0x06]);

/** Flags as a fax machine sends them: 300 bit/s, ones at 1650 and zeros at 1850 Hz. @see V.21 */
function flags(samples: number): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: samples }, (_, at) => {
    const bit = Math.floor((at * 300) / 8000) % 8;
    phase += (2 * Math.PI * (bit === 0 || bit === 7 ? 1850 : 1650)) / 8000;
    return 6000 * Math.sin(phase);
  });
}

describe.skipIf(isMissing)("loadSpandspFax()", () => {
  it("turns flags at the line into their packet, said several times", async () => {
    const sent: { bytes: number[]; copies: number }[] = [];
    const engine = await loadSpandspFax();
    const gateway = engine.createGateway(OPTIONS, (ifp, copies) => {
      sent.push({ bytes: [...ifp], copies });
    });
    const line = flags(8000);
    for (let at = 0; at < line.length; at += 80) gateway.hear(line.subarray(at, at + 80));
    expect(sent).toContainEqual({ bytes: [...FLAGS], copies: 3 });
    expect(gateway.figures).toEqual({ bitRate: 0, errorCorrecting: false, pages: 0 });
    gateway.close();
  });

  it("turns packets into what the machine hears, each gateway its own", async () => {
    const engine = await loadSpandspFax();
    const [one, other] = [
      engine.createGateway(OPTIONS, () => {}),
      engine.createGateway({ ...OPTIONS, version: 3, maxBitRate: 9600 }, () => {}),
    ];
    one.receive(FLAGS, 0);
    const heard = { one: new Int16Array(80), other: new Int16Array(80).fill(9) };
    let loudest = 0;
    for (let n = 0; n < 100; n++) {
      one.say(heard.one);
      other.say(heard.other);
      loudest = Math.max(loudest, ...heard.one);
      expect(Math.max(...heard.other)).toBe(0);
    }
    expect(loudest).toBeGreaterThan(1000);
    one.close();
    other.close();
  });
});

describe("loadSpandspFax() without", () => {
  it("koffi says what to install", async () => {
    await expect(
      loadSpandspFax(() => Promise.reject(new Error("no such package"))),
    ).rejects.toThrow(/T\.38 for fax machines .*npm install koffi/);
  });

  it("the library says what to install", async () => {
    const koffi = {
      load: () => {
        throw new Error("no such file");
      },
      errno: () => 0,
      alloc() {},
      address() {},
      view() {},
    };
    await expect(loadSpandspFax(() => Promise.resolve(koffi))).rejects.toThrow(/apt-get.*rtp\.fax/);
  });
});
