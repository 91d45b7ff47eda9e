import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PortError } from "../../base/port-fault.ts";
import { ALSA, ALSA_PROTOTYPES, loadAlsa } from "./alsa-library.ts";
import type { NativeFunction } from "./koffi-binding.ts";

const hasHeaders =
  existsSync("/usr/include/alsa/asoundlib.h") && spawnSync("gcc", ["--version"]).status === 0;

/** The headers' names of our constants. */
const NAMES = {
  streamPlayback: "SND_PCM_STREAM_PLAYBACK",
  streamCapture: "SND_PCM_STREAM_CAPTURE",
  accessInterleaved: "SND_PCM_ACCESS_RW_INTERLEAVED",
  formatS16le: "SND_PCM_FORMAT_S16_LE",
  openNonblock: "SND_PCM_NONBLOCK",
  openNoAutoResample: "SND_PCM_NO_AUTO_RESAMPLE",
  openNoAutoChannels: "SND_PCM_NO_AUTO_CHANNELS",
  errorAgain: "EAGAIN",
  errorPipe: "EPIPE",
  errorBadState: "EBADFD",
  errorSuspended: "ESTRPIPE",
} as const satisfies Record<keyof typeof ALSA, string>;

/** What C calls the things that koffi is told are pointers and ints. */
const C_TYPES: readonly (readonly [RegExp, string])[] = [
  [/_Out_ |_Inout_ /g, ""],
  [/void \*(\*?)pcm/g, "snd_pcm_t *$1pcm"],
  [/void \*(\*?)hw/g, "snd_pcm_hw_params_t *$1hw"],
  [/void \*(\*?)sw/g, "snd_pcm_sw_params_t *$1sw"],
  [/int stream/g, "snd_pcm_stream_t stream"],
  [/int access/g, "snd_pcm_access_t access"],
  [/int format/g, "snd_pcm_format_t format"],
];

describe.skipIf(!hasHeaders)("ALSA's headers", () => {
  const compile = (source: string): string => {
    const folder = mkdtempSync(join(tmpdir(), "tipring-alsa-"));
    try {
      writeFileSync(join(folder, "check.c"), source);
      const gcc = ["-Werror", "-std=gnu11", "-fsyntax-only", join(folder, "check.c")];
      const ran = spawnSync("gcc", gcc, { encoding: "utf8" });
      return ran.status === 0 ? "" : ran.stderr;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const include = "#include <errno.h>\n#include <alsa/asoundlib.h>\n";

  it("declare the functions as we do", () => {
    const declared = Object.values(ALSA_PROTOTYPES).map((prototype) =>
      C_TYPES.reduce((text, [ours, theirs]) => text.replace(ours, theirs), `${prototype};`),
    );
    expect(compile(include + declared.join("\n"))).toBe("");
    expect(compile(`${include}long snd_pcm_start(snd_pcm_t *pcm);`)).toContain("conflicting");
  });

  it("have the constants that we have", () => {
    const asserts = Object.entries(ALSA).map(([key, value]) => {
      // The keys of ALSA are those of NAMES.
      const name = NAMES[key as keyof typeof ALSA];
      return `_Static_assert(${name} == ${value}, "${name}");`;
    });
    expect(compile(include + asserts.join("\n"))).toBe("");
  });
});

describe("loadAlsa()", () => {
  it("says what to install where the library is not there", () => {
    const load = (): never => {
      throw new Error("Failed to load shared library: cannot open\nmore");
    };
    expect(() => loadAlsa({ load })).toThrow(PortError);
    expect(() => loadAlsa({ load })).toThrow(/libasound2.*cannot open\)$/);
  });

  const callbacks = { proto: () => "proto", pointer: () => "pointer", register: () => "handler" };

  it.each([
    ["has no way to be quiet", callbacks, true, []],
    ["cannot call back", {}, false, []],
    ["can be quiet", callbacks, false, ["handler"]],
  ])("has sound of a library that %s", (_, more, lacksHandler, quiet) => {
    const handlers: unknown[] = [];
    const func = (prototype: string): NativeFunction => {
      const isOfWords = prototype.includes("snd_lib_error");
      if (isOfWords && lacksHandler) throw new Error("Cannot find function");
      return Object.assign((handler: unknown) => isOfWords && handlers.push(handler), {
        async() {},
      });
    };
    expect(loadAlsa({ load: () => ({ func }), ...more }).open).toBeTypeOf("function");
    expect(handlers).toEqual(quiet);
  });
});
