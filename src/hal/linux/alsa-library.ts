import { PortError } from "../../base/port-fault.ts";
import { errorHead } from "../../base/thrown.ts";
import { hasCallbacks, type Koffi, type NativeLibrary } from "./koffi-binding.ts";

/** The library's name on every Linux. */
const ALSA_LIBRARY = "libasound.so.2";

/**
 * Constants of alsa/asoundlib.h and of the kernel's error numbers. A test compiles them against the
 * headers. The errors are negated in what the library returns.
 */
export const ALSA = {
  streamPlayback: 0,
  streamCapture: 1,
  accessInterleaved: 3,
  formatS16le: 2,
  openNonblock: 0x1,
  openNoAutoResample: 0x10000,
  openNoAutoChannels: 0x20000,
  errorAgain: 11,
  errorPipe: 32,
  errorBadState: 77,
  errorSuspended: 86,
} as const;

type LibraryLoader = Pick<Koffi, "load">;

/** A pointer as `koffi` shows it; only handed back. */
export type AlsaPointer = bigint;

/** An out-parameter: one element, filled by the call. */
export type Out<T> = [T];

/** The functions that are used, as C declares them. `_Out_` and `_Inout_` are koffi's words. */
export const ALSA_PROTOTYPES = {
  open: "int snd_pcm_open(_Out_ void **pcm, const char *name, int stream, int mode)",
  close: "int snd_pcm_close(void *pcm)",
  prepare: "int snd_pcm_prepare(void *pcm)",
  start: "int snd_pcm_start(void *pcm)",
  drop: "int snd_pcm_drop(void *pcm)",
  avail: "long snd_pcm_avail(void *pcm)",
  delay: "int snd_pcm_delay(void *pcm, _Out_ long *delayp)",
  read: "long snd_pcm_readi(void *pcm, void *buffer, unsigned long size)",
  write: "long snd_pcm_writei(void *pcm, const void *buffer, unsigned long size)",
  errorText: "const char *snd_strerror(int errnum)",
  hwMalloc: "int snd_pcm_hw_params_malloc(_Out_ void **hw)",
  hwFree: "void snd_pcm_hw_params_free(void *hw)",
  hwAny: "int snd_pcm_hw_params_any(void *pcm, void *hw)",
  hwSetAccess: "int snd_pcm_hw_params_set_access(void *pcm, void *hw, int access)",
  hwSetFormat: "int snd_pcm_hw_params_set_format(void *pcm, void *hw, int format)",
  hwSetChannels: "int snd_pcm_hw_params_set_channels(void *pcm, void *hw, unsigned int val)",
  hwTestRate: "int snd_pcm_hw_params_test_rate(void *pcm, void *hw, unsigned int val, int dir)",
  hwSetRate: "int snd_pcm_hw_params_set_rate(void *pcm, void *hw, unsigned int val, int dir)",
  hwSetPeriod:
    "int snd_pcm_hw_params_set_period_size_near" +
    "(void *pcm, void *hw, _Inout_ unsigned long *val, _Inout_ int *dir)",
  hwSetBuffer:
    "int snd_pcm_hw_params_set_buffer_size_near(void *pcm, void *hw, _Inout_ unsigned long *val)",
  hwApply: "int snd_pcm_hw_params(void *pcm, void *hw)",
  swMalloc: "int snd_pcm_sw_params_malloc(_Out_ void **sw)",
  swFree: "void snd_pcm_sw_params_free(void *sw)",
  swCurrent: "int snd_pcm_sw_params_current(void *pcm, void *sw)",
  swSetStart: "int snd_pcm_sw_params_set_start_threshold(void *pcm, void *sw, unsigned long val)",
  swApply: "int snd_pcm_sw_params(void *pcm, void *sw)",
} as const satisfies Readonly<Record<keyof AlsaLibrary, string>>;

/**
 * The library's functions under shorter names. An `int` or `long` under zero is a negated error
 * number. @see https://www.alsa-project.org/alsa-doc/alsa-lib/group___p_c_m.html
 */
export interface AlsaLibrary {
  open(pcm: Out<AlsaPointer>, name: string, stream: number, mode: number): number;
  close(pcm: AlsaPointer): number;
  prepare(pcm: AlsaPointer): number;
  start(pcm: AlsaPointer): number;
  drop(pcm: AlsaPointer): number;
  avail(pcm: AlsaPointer): number;
  delay(pcm: AlsaPointer, samples: Out<number>): number;
  read(pcm: AlsaPointer, buffer: Int16Array, samples: number): number;
  write(pcm: AlsaPointer, buffer: Int16Array, samples: number): number;
  errorText(error: number): string;
  hwMalloc(hw: Out<AlsaPointer>): number;
  hwFree(hw: AlsaPointer): void;
  hwAny(pcm: AlsaPointer, hw: AlsaPointer): number;
  hwSetAccess(pcm: AlsaPointer, hw: AlsaPointer, access: number): number;
  hwSetFormat(pcm: AlsaPointer, hw: AlsaPointer, format: number): number;
  hwSetChannels(pcm: AlsaPointer, hw: AlsaPointer, channels: number): number;
  hwTestRate(pcm: AlsaPointer, hw: AlsaPointer, rateHz: number, direction: number): number;
  hwSetRate(pcm: AlsaPointer, hw: AlsaPointer, rateHz: number, direction: number): number;
  hwSetPeriod(
    pcm: AlsaPointer,
    hw: AlsaPointer,
    samples: Out<number>,
    direction: Out<number>,
  ): number;
  hwSetBuffer(pcm: AlsaPointer, hw: AlsaPointer, samples: Out<number>): number;
  hwApply(pcm: AlsaPointer, hw: AlsaPointer): number;
  swMalloc(sw: Out<AlsaPointer>): number;
  swFree(sw: AlsaPointer): void;
  swCurrent(pcm: AlsaPointer, sw: AlsaPointer): number;
  swSetStart(pcm: AlsaPointer, sw: AlsaPointer, samples: number): number;
  swApply(pcm: AlsaPointer, sw: AlsaPointer): number;
}

/** What is told of an error: file, line, function, number, words, and what goes into them. */
const ERROR_TOLD = ["void *", "int", "void *", "int", "void *", "void *"];

/**
 * The library writes what fails to the standard error of whoever uses it, in the midst of a log.
 * What is told of it here is enough: its words go to a function that does nothing with them, for
 * this thread alone: another may end before it. A library that cannot be quiet talks on.
 * @see alsa/error.h, snd_local_error_handler_t
 */
function quieten(koffi: LibraryLoader, library: NativeLibrary): void {
  if (!hasCallbacks(koffi)) return;
  try {
    const setHandler = library.func("void *snd_lib_error_set_local(void *handler)");
    setHandler(koffi.register(() => {}, koffi.pointer(koffi.proto("void", ERROR_TOLD))));
  } catch {
    // There is sound all the same.
  }
}

/**
 * Opens the system's ALSA library.
 * @throws PortError `unsupported` where it is not installed
 */
export function loadAlsa(koffi: LibraryLoader): AlsaLibrary {
  try {
    const library = koffi.load(ALSA_LIBRARY);
    quieten(koffi, library);
    const functions = Object.entries(ALSA_PROTOTYPES).map(([name, prototype]) => [
      name,
      library.func(prototype),
    ]);
    // Each key of AlsaLibrary has its prototype, by the `satisfies` above; a test compiles those
    // against the library's own header.
    return Object.fromEntries(functions) as AlsaLibrary;
  } catch (error) {
    const said = errorHead(error);
    throw new PortError({
      kind: "unsupported",
      what: `sound through ${ALSA_LIBRARY}`,
      advice: `install it: apt-get install libasound2, or libasound2t64 (loading it: ${said})`,
    });
  }
}
