import type { ModemMenu } from "../../base/media-messages.ts";

/** What a call is to be. The place is the value. @see ITU-T V.8 table 3 */
const CALL_FUNCTIONS = [
  "other",
  "h324",
  "text-v18",
  "text-t101",
  "fax-from-caller",
  "fax-to-caller",
  "data",
  "other",
] as const satisfies readonly ModemMenu["call"][];

/** Whether it is a fax by modems that T.38 has: none of V.34. */
export function isPlainFax({ call, modulations }: ModemMenu): boolean {
  const isFax = call === "fax-from-caller" || call === "fax-to-caller";
  return isFax && !modulations.some((name) => name.startsWith("v34"));
}

/**
 * Modulations by their bit in the first octet of theirs, and in those that go on with it. All but
 * `v34-half` were tried on another's V.8. @see ITU-T V.8 table 4
 */
const MODULATIONS: readonly Readonly<Record<number, string>>[] = [
  { 5: "pcm", 6: "v34", 7: "v34-half" },
  { 0: "v32", 1: "v22", 2: "v17", 6: "v29-half", 7: "v27ter" },
  { 0: "v26ter", 1: "v26bis", 2: "v23", 6: "v23-half", 7: "v21" },
];

/** The low five bits of an octet say what it is of. @see ITU-T V.8 table 2 */
const CATEGORY_BITS = 0x1f;
const CALL_FUNCTION = 0x01;
const MODULATION = 0x05;
/** An octet that goes on with the category before it. */
const EXTENSION_BITS = 0x38;
const EXTENSION = 0x10;

/** Reads the octets of a menu; undefined where it does not say what the call is to be. */
export function parseV8Menu(octets: readonly number[]): ModemMenu | undefined {
  let call: ModemMenu["call"] | undefined;
  const modulations: string[] = [];
  let extension = 0;
  for (const octet of octets) {
    const category = octet & CATEGORY_BITS;
    if (extension > 0 && (octet & EXTENSION_BITS) === EXTENSION) {
      modulations.push(...namesOf(octet, MODULATIONS[extension]));
      extension++;
      continue;
    }
    extension = 0;
    if (category === CALL_FUNCTION) call = CALL_FUNCTIONS[octet >> 5];
    else if (category === MODULATION) {
      modulations.push(...namesOf(octet, MODULATIONS[0]));
      extension = 1;
    }
  }
  return call === undefined ? undefined : { call, modulations };
}

function namesOf(octet: number, names: Readonly<Record<number, string>> = {}): readonly string[] {
  return Object.entries(names).flatMap(([bit, name]) => ((octet >> Number(bit)) & 1 ? [name] : []));
}

/** Ten ones, then the octet that begins a menu with its start and its stop bit. @see V.8 §5.1 */
const HEAD_BITS = 20;
const HEAD = 0b1111111111_0000001111;
const HEAD_MASK = 2 ** HEAD_BITS - 1;
const OCTET_BITS = 10;
/** More octets than any menu has. */
const OCTETS_MAX = 32;

/**
 * Finds menus among bits: each is said again and again, and believed once it came twice the same.
 *
 *    1111111111 0 00000111 1 │ 0 octet 1 │ 0 octet 1 │ … │ 1111111111 0 00000111 1 …
 *
 * Octets go out lowest bit first.
 */
export class V8Reader {
  #bits = 0;
  #octets: number[] | undefined;
  #count = 0;
  #last = "";
  #told = "";

  /** Forgets what came. */
  restart(): void {
    this.#bits = 0;
    this.#octets = undefined;
    this.#last = "";
  }

  /** Takes a bit; a menu that has now come twice, once. */
  take(bit: 0 | 1): ModemMenu | undefined {
    this.#bits = ((this.#bits << 1) | bit) & HEAD_MASK;
    if (this.#bits === HEAD) {
      const menu = this.#end();
      this.#octets = [];
      this.#count = 0;
      return menu;
    }
    if (this.#octets === undefined) return undefined;
    this.#count++;
    if (this.#count < OCTET_BITS) return undefined;
    this.#count = 0;
    const framed = this.#bits & (2 ** OCTET_BITS - 1);
    const hasStartAndStop = framed < 2 ** (OCTET_BITS - 1) && (framed & 1) === 1;
    // Ten ones end it, and so does anything that is no octet.
    if (!hasStartAndStop || this.#octets.length === OCTETS_MAX) return this.#end();
    this.#octets.push(reversed((framed >> 1) & 0xff));
    return undefined;
  }

  #end(): ModemMenu | undefined {
    const octets = this.#octets ?? [];
    this.#octets = undefined;
    if (octets.length === 0) return undefined;
    const text = octets.join(" ");
    const isTwice = text === this.#last && text !== this.#told;
    this.#last = text;
    if (!isTwice) return undefined;
    this.#told = text;
    return parseV8Menu(octets);
  }
}

function reversed(octet: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) result = (result << 1) | ((octet >> bit) & 1);
  return result;
}
