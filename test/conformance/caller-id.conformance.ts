import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CallerIdFault, CallerIdMessage } from "../hw-sim/audio/caller-id-message.ts";
import { decodeCallerId } from "../hw-sim/audio/caller-id-receiver.ts";
import type { FskMode } from "../hw-sim/audio/fsk-modes.ts";
import { voltsFromPcm16 } from "../hw-sim/audio/levels.ts";
import { parseLineWav } from "../hw-sim/audio/wav.ts";

const folder = join(process.env["TIPRING_VECTORS"] ?? "../shared/vectors", "caller-id");
const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";

const autumn = { month: 11, day: 22, hour: 15, minute: 30 };
const walter = {
  format: "mdmf",
  number: "4155551212",
  name: "WALTER CALLER",
  time: autumn,
} as const satisfies CallerIdMessage;
const steve = {
  format: "mdmf",
  number: "12345678",
  name: "Steve Underwood",
  time: { month: 10, day: 1, hour: 17, minute: 50 },
} as const satisfies CallerIdMessage;

/** What independent receivers (multimon-ng, minimodem) read in each recording. */
const RECORDINGS: readonly {
  readonly file: string;
  readonly mode: FskMode;
  readonly shows: CallerIdMessage | CallerIdFault;
}[] = [
  { file: "py_bell202_mdmf.wav", mode: "bell-202", shows: walter },
  {
    file: "py_bell202_sdmf.wav",
    mode: "bell-202",
    shows: { format: "sdmf", number: "4155551212", time: autumn },
  },
  {
    file: "py_bell202_private.wav",
    mode: "bell-202",
    shows: {
      format: "mdmf",
      numberAbsence: "private",
      nameAbsence: "private",
      time: autumn,
    },
  },
  { file: "py_bell202_badsum.wav", mode: "bell-202", shows: "bad-checksum" },
  { file: "py_v23_mdmf.wav", mode: "v23", shows: walter },
  { file: "py_type2_cas.wav", mode: "bell-202", shows: walter },
  { file: "py_vmwi_on.wav", mode: "bell-202", shows: { format: "mdmf", messageWaiting: true } },
  { file: "spandsp_class_mdmf.wav", mode: "bell-202", shows: steve },
  { file: "spandsp_etsi_clip.wav", mode: "v23", shows: { ...steve, callType: 1 } },
];

describe("caller-ID recordings [line.caller-id.phone]", () => {
  for (const { file, mode, shows } of RECORDINGS) {
    const path = join(folder, file);
    it.skipIf(!existsSync(path) && !required)(`${file} is read by the telephone's display`, () => {
      const wav = parseLineWav(readFileSync(path), file);
      if (!wav.ok) throw new Error(wav.error.text);
      const heard = decodeCallerId(voltsFromPcm16(wav.value), mode);
      const expected =
        typeof shows === "string" ? { ok: false, error: shows } : { ok: true, value: shows };
      expect(heard).toEqual([expected]);
    });
  }
});
