import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../src/base/port-fault.ts";
import { createSerial } from "../../src/hal/linux/index.ts";
import { createClock } from "../../src/hal/node/index.ts";
import type { SerialLink } from "../../src/hal/ports/serial-link.ts";
import { waitUntil } from "./support/patience.ts";
import { isPeerMissing, requireProgram } from "./support/programs.ts";
import { RunningProgram } from "./support/running-program.ts";

const BAUD = 921_600;
const WAIT_MS = 5000;
/** A frame of audio and a byte of every value at each of its ends. */
const FRAME = Uint8Array.from({ length: 326 }, (_, n) => n & 0xff);
const FRAMES = 200;

/** One end of the pair, and what it was told. */
interface End {
  readonly link: SerialLink;
  readonly heard: number[];
  readonly faults: PortFault[];
}

describe.skipIf(isPeerMissing("socat"))("the serial adapter on a pair of terminals", () => {
  const clock = createClock();
  const serial = createSerial({ clock });
  let folder = "";
  let pair: RunningProgram;
  let near = "";
  let far = "";

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "tipring-pty-"));
    near = join(folder, "near");
    far = join(folder, "far");
    const end = (path: string): string => `pty,raw,echo=0,link=${path}`;
    const path = requireProgram("socat");
    pair = new RunningProgram({ title: "socat", path, args: [end(near), end(far)], folder });
    expect(await waitUntil(() => existsSync(near) && existsSync(far), WAIT_MS)).toBe(true);
  });

  afterEach(async () => {
    await pair.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(path: string): Promise<End> {
    const heard: number[] = [];
    const faults: PortFault[] = [];
    let lastMs = 0;
    const link = await serial.open(path, BAUD, {
      onBytes: (bytes, atMs) => {
        expect(atMs).toBeGreaterThanOrEqual(lastMs);
        expect(atMs).toBeLessThanOrEqual(clock.nowMs());
        lastMs = atMs;
        heard.push(...bytes);
      },
      onFault: (fault) => faults.push(fault),
    });
    return { link, heard, faults };
  }

  it("carries every byte value both ways, none lost, in order", async () => {
    const [a, b] = [await open(near), await open(far)];
    for (let n = 0; n < FRAMES; n++) {
      expect(a.link.write(FRAME).ok && b.link.write(FRAME).ok).toBe(true);
      if (a.link.pendingBytes > 10_000) await waitUntil(() => a.link.pendingBytes === 0, WAIT_MS);
    }
    const whole = FRAMES * FRAME.length;
    await waitUntil(() => a.heard.length >= whole && b.heard.length >= whole, WAIT_MS);
    for (const { heard, link, faults } of [a, b]) {
      expect(heard).toHaveLength(whole);
      expect(heard.every((byte, n) => byte === FRAME[n % FRAME.length])).toBe(true);
      expect(link.pendingBytes).toBe(0);
      expect(faults).toEqual([]);
      link.close();
    }
  });

  it("is busy for a second user until it is closed", async () => {
    const first = await open(near);
    const second: unknown = await open(near).catch((error: unknown) => error);
    expect(second instanceof PortError && second.fault.kind).toBe("busy");
    first.link.close();
    let again: End | undefined;
    await waitUntil(() => {
      open(near).then(
        (end) => {
          again ??= end;
        },
        () => {},
      );
      return again !== undefined;
    }, WAIT_MS);
    expect(again?.faults).toEqual([]);
    again?.link.close();
  });

  it("tells that the other side is gone, once, and is not found afterwards", async () => {
    const end = await open(near);
    await pair.stop();
    await waitUntil(() => end.faults.length > 0, WAIT_MS);
    expect(end.faults).toMatchObject([{ kind: "gone", what: `serial port "${near}"` }]);
    expect(end.link.write(FRAME)).toMatchObject({ ok: false, error: { kind: "gone" } });
    const again: unknown = await open(near).catch((error: unknown) => error);
    expect(again instanceof PortError && again.fault.kind).toBe("not-found");
  });
});
