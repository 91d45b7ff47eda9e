import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plugFax } from "../../conformance/fax-at-line.ts";
import { FaxMachine, faxAvailable, SuperG3Answer } from "../../conformance/fax-machine.ts";
import { pageByWire, readPage } from "../../conformance/fax-page.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";
import type { Phone } from "../../hw-sim/phones/phone.ts";

/** A page of bars, 64 pels each, in rows of 1728: a few seconds of a fax. */
const WIDTH = 1728;
const ROWS = 200;
const BAR = 64;
/** Codes of runs. @see ITU-T T.4 tables 2 and 3 (make-up of 64, terminating of 0), §4.1.2 (EOL) */
const EOL = "000000000001";
const WHITE_BAR = "1101100110101";
const BLACK_BAR = "00000011110000110111";
/** A page may take so long, with its handshake at the slowest speed. */
const PAGE_MS = 150_000;

/** Whether there are fax machines: they are spandsp's. */
export const hasPages = faxAvailable;

/** The image: a bar white, a bar black, all the way, each row as the others. */
function image(): Uint8Array {
  const bars = Array.from({ length: WIDTH / BAR }, (_, at) => (at % 2 ? BLACK_BAR : WHITE_BAR));
  const bits = `${EOL}${bars.join("")}`.repeat(ROWS) + EOL.repeat(6);
  const octets = bits.match(/.{1,8}/g) ?? [];
  return Uint8Array.from(octets, (octet) => Number.parseInt(octet.padEnd(8, "0"), 2));
}

/** The page as a file: one strip, coded by rows alone. @see TIFF 6.0 §11 */
function pageBytes(): Uint8Array {
  const strip = image();
  const [short, long, rational] = [3, 4, 5];
  const dataAt = 8;
  const ratiosAt = dataAt + strip.length + (strip.length % 2);
  const entries: readonly (readonly [tag: number, type: number, value: number])[] = [
    [256, long, WIDTH],
    [257, long, ROWS],
    [258, short, 1],
    [259, short, 3],
    [262, short, 0],
    [266, short, 1],
    [273, long, dataAt],
    [277, short, 1],
    [278, long, ROWS],
    [279, long, strip.length],
    [282, rational, ratiosAt],
    [283, rational, ratiosAt + 8],
    [292, long, 0],
    [296, short, 2],
  ];
  const directoryAt = ratiosAt + 16;
  const bytes = new Uint8Array(directoryAt + 2 + 12 * entries.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4949);
  view.setUint16(2, 42, true);
  view.setUint32(4, directoryAt, true);
  bytes.set(strip, dataAt);
  for (const [at, value] of [204, 1, 98, 1].entries())
    view.setUint32(ratiosAt + 4 * at, value, true);
  view.setUint16(directoryAt, entries.length, true);
  for (const [at, [tag, type, value]] of entries.entries()) {
    const place = directoryAt + 2 + 12 * at;
    view.setUint16(place, tag, true);
    view.setUint16(place + 2, type, true);
    view.setUint32(place + 4, 1, true);
    view.setUint32(place + 8, value, true);
  }
  return bytes;
}

/** Files of one story's fax machines; none are there until one is wanted. */
export class FaxFiles {
  #folder: string | undefined;
  #count = 0;

  /** The page that is sent. */
  get page(): string {
    const file = this.#in("page.tif");
    if (!existsSync(file)) writeFileSync(file, pageBytes());
    return file;
  }

  /** Where a machine writes what it receives. */
  next(): string {
    this.#count++;
    return this.#in(`received-${this.#count}.tif`);
  }

  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #in(name: string): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), "tipring-pages-"));
    return join(this.#folder, name);
  }
}

/** Plugs a machine in beside a telephone: it sends the page from now on, or takes one. */
export function plugPage(phone: Phone, files: FaxFiles, does: "sends" | "receives"): () => boolean {
  const calling = does === "sends";
  const file = calling ? files.page : files.next();
  return plugFax({ phone }, new FaxMachine({ calling, file, ecm: true }));
}

/**
 * The first line calls the second, and sends it the page. What is wrong with how that arrives;
 * undefined where it is as over a wire. `answers`: what the called machine says first.
 */
export async function sendPage(
  lab: Bench,
  files: FaxFiles,
  answers: "CED" | "ANSam" = "CED",
): Promise<string | undefined> {
  const [alice, bob] = lab.phones;
  alice.lift();
  await alice.hears("dial-tone", { withinMs: 6000 });
  await alice.dials("102");
  await bob.rings({ withinMs: 12_000 });
  bob.lift();
  const received = files.next();
  const called = new FaxMachine({ calling: false, file: received, ecm: true });
  const over = [
    plugPage(alice.phone, files, "sends"),
    plugFax(bob, answers === "CED" ? called : new SuperG3Answer(called)),
  ];
  const isOver = (): boolean => over.every((hasHung) => hasHung());
  if (!(await lab.world.waitUntil(isOver, PAGE_MS))) return `is not through in ${PAGE_MS} ms`;
  if (!existsSync(received)) return `did not come: ${JSON.stringify(called.figures)}`;
  const byWire = pageByWire(files.page, files.next());
  const { image, ...size } = readPage(received);
  if (image === byWire.image) return undefined;
  const how = JSON.stringify(called.figures);
  return `came as ${JSON.stringify(size)}, ${image.length} digits: ${how}`;
}
