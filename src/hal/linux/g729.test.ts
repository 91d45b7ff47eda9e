import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadG729 } from "./g729.ts";

const LIBRARIES = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
const isMissing = !LIBRARIES.some((folder) => existsSync(`${folder}/libbcg729.so.0`));

describe.skipIf(isMissing)("loadG729()", () => {
  it("codes ten bytes for 10 ms, and hears them", async () => {
    const codec = (await loadG729()).create();
    const [bytes, heard] = [new Uint8Array(10), new Int16Array(80)];
    let [power, made] = [0, 0];
    for (let n = 0; n < 50; n++) {
      const pcm = Int16Array.from({ length: 80 }, (_, at) => 8000 * Math.sin((n * 80 + at) * 0.35));
      expect(codec.encodeFrame(pcm, bytes)).toBe(10);
      codec.decodeFrame(bytes, heard);
      power = Math.max(...heard);
    }
    codec.concealFrame(heard);
    made = Math.max(...heard);
    codec.close();
    expect(power).toBeGreaterThan(4000);
    expect(made).toBeGreaterThan(1000);
  });
});

describe("loadG729() without", () => {
  it("koffi says what to install", async () => {
    await expect(loadG729(() => Promise.reject(new Error("no such package")))).rejects.toThrow(
      /the codec G\.729 .*npm install koffi/,
    );
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
    await expect(loadG729(() => Promise.resolve(koffi))).rejects.toThrow(/apt-get.*rtp\.codecs/);
  });
});
