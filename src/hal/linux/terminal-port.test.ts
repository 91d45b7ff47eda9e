import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { createClock } from "../node/index.ts";
import type { SerialLink } from "../ports/serial-link.ts";
import { createSerial } from "./serial.ts";
import { loadTerminalPorts } from "./terminal-port.ts";
import { filesOpenIn } from "./testing/files-open.ts";
import { type PseudoTerminal, pseudoTerminals } from "./testing/pseudo-terminal.ts";

const BAUD = 921_600;
const makePair = await pseudoTerminals();
const every = Array.from({ length: 256 }, (_, n) => n);

describe.skipIf(makePair === undefined)("loadTerminalPorts(), on real terminals", () => {
  const serial = createSerial({ clock: createClock(), load: () => loadTerminalPorts() });
  let pair: PseudoTerminal;
  let open: SerialLink[] = [];

  beforeEach(() => {
    if (makePair === undefined) throw new Error("there are no terminals");
    pair = makePair();
  });
  afterEach(() => {
    for (const link of open) link.close();
    open = [];
    pair.remove();
  });

  async function opened(path = pair.path) {
    const heard: number[] = [];
    let fault: PortFault | undefined;
    let wake = (): void => {};
    const link = await serial.open(path, BAUD, {
      onBytes: (bytes) => {
        heard.push(...bytes);
        wake();
      },
      onFault: (told) => {
        fault = told;
        wake();
      },
    });
    open.push(link);
    const until = async (holds: () => boolean): Promise<void> => {
      while (!holds()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    return { link, heard, until, fault: () => fault };
  }

  const faultOf = async (opening: Promise<unknown>): Promise<string> => {
    const error: unknown = await opening.catch((reason: unknown) => reason);
    return error instanceof PortError ? error.fault.kind : "none";
  };

  it("is raw, at its speed, and carries every byte both ways", async () => {
    const { link, heard, until } = await opened();
    expect(pair.baud()).toBe(BAUD);
    pair.say(every);
    await until(() => heard.length >= every.length);
    expect(heard).toEqual(every);
    expect(link.write(Uint8Array.from(every)).ok).toBe(true);
    expect(await pair.read(every.length)).toEqual(every);
    // That the kernel has it is told at the event loop's next turn.
    while (link.pendingBytes > 0) await new Promise((turn) => setImmediate(turn));
  });

  it("is busy for others as long as it is open, and can be opened again", async () => {
    for (let turn = 0; turn < 3; turn++) {
      const { link, heard, until } = await opened();
      expect(await faultOf(opened())).toBe("busy");
      pair.say([turn]);
      await until(() => heard.length > 0);
      link.close();
      // Its file is closed at the event loop's next turn.
      for (let turns = 0; turns < 5; turns++) await new Promise((done) => setImmediate(done));
    }
  });

  it("keeps others out from its first moment on, and no file open afterwards", async () => {
    const held = () => filesOpenIn("/dev").filter((path) => path === pair.path).length;
    const before = held();
    const make = await loadTerminalPorts();
    const port = make({ path: pair.path, baudRate: BAUD, autoOpen: false, lock: true });
    const opening = new Promise((told) => port.open(told));
    // Nobody who asks while it is being opened gets it, and it is not taken from itself.
    const others = await Promise.all([faultOf(opened()), faultOf(opened())]);
    expect([await opening, ...others]).toEqual([null, "busy", "busy"]);
    await new Promise((closed) => port.close(closed));
    for (let turns = 0; turns < 5; turns++) await new Promise((turn) => setImmediate(turn));
    expect(held()).toBe(before);
  });

  it("is gone with its other end, which is told once", async () => {
    const { link, fault, until } = await opened();
    pair.remove();
    await until(() => fault() !== undefined);
    expect(fault()).toMatchObject({ kind: "gone", what: `serial port "${pair.path}"` });
    expect(link.write(Uint8Array.of(1))).toMatchObject({ ok: false, error: { kind: "gone" } });
  });

  it("refuses what is not there, and what is no terminal", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tipring-terminal-"));
    try {
      const file = join(folder, "file");
      writeFileSync(file, "");
      expect(await faultOf(opened(join(folder, "none")))).toBe("not-found");
      expect(await faultOf(opened(folder))).toBe("unsupported");
      expect(await faultOf(opened(file))).toBe("unsupported");
      expect(filesOpenIn(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("loadTerminalPorts()", () => {
  it("keeps no file open that the runtime does not take", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tipring-terminal-"));
    try {
      const path = join(folder, "file");
      writeFileSync(path, "");
      const make = await loadTerminalPorts(async () => ({ setRaw() {}, lock() {}, flush() {} }));
      const port = make({ path, baudRate: BAUD, autoOpen: false, lock: true });
      const error = await new Promise((opened) => port.open(opened));
      expect(error).toBeInstanceOf(Error);
      expect(filesOpenIn(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
