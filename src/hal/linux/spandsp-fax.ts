import type {
  FaxEngine,
  FaxFigures,
  FaxGateway,
  FaxGatewayOptions,
} from "../../base/fax-engine.ts";
import { PortError } from "../../base/port-fault.ts";
import { hasCallbacks, type Koffi, loadKoffi, type NativeFunction } from "./koffi-binding.ts";

/** The library's file, as Debian's package `libspandsp2` has it; LGPL, and never part of ours. */
const LIBRARY = "libspandsp.so.2";
const WHAT = "T.38 for fax machines";

/** The functions that are used. @see spandsp 0.0.6: t38_gateway.h, t38_core.h */
const PROTOTYPES = {
  open: "void *t38_gateway_init(void *state, void *send, void *user)",
  close: "int t38_gateway_free(void *state)",
  core: "void *t38_gateway_get_t38_core_state(void *state)",
  hear: "int t38_gateway_rx(void *state, const void *samples, int count)",
  say: "int t38_gateway_tx(void *state, void *samples, int count)",
  receive: "int t38_core_rx_ifp_packet(void *core, const void *bytes, int length, uint16_t number)",
  figures: "void t38_gateway_get_transfer_statistics(void *state, void *figures)",
  transmitOnIdle: "void t38_gateway_set_transmit_on_idle(void *state, int on)",
  setEcm: "void t38_gateway_set_ecm_capability(void *state, int allowed)",
  setModems: "void t38_gateway_set_supported_modems(void *state, int modems)",
  removeFillBits: "void t38_gateway_set_fill_bit_removal(void *state, int on)",
  setVersion: "void t38_set_t38_version(void *core, int version)",
  setRateManagement: "void t38_set_data_rate_management_method(void *core, int method)",
  setFastest: "void t38_set_fastest_image_data_rate(void *core, int rate)",
  setDatagram: "void t38_set_max_datagram_size(void *core, int bytes)",
} as const;
/** Takes a packet: core, user, bytes, length, copies. @see t38_core.h, t38_tx_packet_handler_t */
const SEND = ["void *", "void *", "void *", "int", "int"];

/** Modems of the image. @see spandsp 0.0.6: t30.h, T30_SUPPORT_V27TER, _V29, _V17 */
const V27TER = 1;
const V29 = 2;
const V17 = 4;
/** Bit rates up to which the slower ones do. @see ITU-T T.30 table 2 */
const V27TER_MAX = 4800;
const V29_MAX = 9600;
/** @see spandsp 0.0.6: t38_core.h, enum t38_data_rate_management_types_e */
const RATE_MANAGEMENT = { local: 1, transferred: 2 } as const;
/** Longest packet that is believed to come out of it: T38_TX_BUF_LEN. @see t38_core.h */
const IFP_BYTES_MAX = 16_384;

type Calls = Readonly<Record<keyof typeof PROTOTYPES, NativeFunction>>;

/**
 * Fax modems and T.38 by the system's libspandsp. Rejects with `PortError` where the library, or
 * koffi to call it with, is not installed.
 */
export async function loadSpandspFax(load?: () => Promise<unknown>): Promise<FaxEngine> {
  const koffi = await loadKoffi(WHAT, load);
  // The one callback serves the gateway whose call runs: packets come out inside of it only.
  let running: ((bytes: Uint8Array, copies: number) => void) | undefined;
  const send = (_core: unknown, _user: unknown, at: unknown, length: number, copies: number) => {
    if (running === undefined || length < 1 || length > IFP_BYTES_MAX) return -1;
    running(new Uint8Array(koffi.view(at, length)), copies);
    return 0;
  };
  const { calls, callback } = bind(koffi, send);
  return {
    createGateway(options, sink) {
      const whileRunning = (call: () => void): void => {
        running = sink;
        try {
          call();
        } finally {
          running = undefined;
        }
      };
      return createGateway(calls, callback, options, whileRunning);
    },
  };
}

function createGateway(
  calls: Calls,
  callback: unknown,
  options: FaxGatewayOptions,
  whileRunning: (call: () => void) => void,
): FaxGateway {
  let state: unknown;
  whileRunning(() => {
    state = calls.open(null, callback, null);
  });
  const core = calls.core(state);
  calls.transmitOnIdle(state, 1);
  calls.setEcm(state, 1);
  // First the modems: they have a say in the rate.
  calls.setModems(state, modemsOf(options.maxBitRate));
  calls.setFastest(core, options.maxBitRate);
  calls.removeFillBits(state, options.fillBitRemoval ? 1 : 0);
  calls.setVersion(core, options.version);
  calls.setRateManagement(core, RATE_MANAGEMENT[options.rateManagement]);
  calls.setDatagram(core, options.maxDatagram);
  return {
    hear: (frame) => whileRunning(() => void calls.hear(state, frame, frame.length)),
    say: (frame) =>
      whileRunning(() => {
        const count = Number(calls.say(state, frame, frame.length));
        if (count < frame.length) frame.fill(0, Math.max(0, count));
      }),
    receive: (ifp, sequence) =>
      whileRunning(() => void calls.receive(core, ifp, ifp.length, sequence)),
    get figures(): FaxFigures {
      const words = new Int32Array(FIGURE_WORDS);
      calls.figures(state, words);
      const [bitRate = 0, errorCorrecting = 0, pages = 0] = words;
      return { bitRate, errorCorrecting: errorCorrecting !== 0, pages };
    },
    close: () => void calls.close(state),
  };
}

/** `t38_stats_t` is three integers; a little more, should another version of it have grown. */
const FIGURE_WORDS = 16;

function modemsOf(maxBitRate: number): number {
  if (maxBitRate <= V27TER_MAX) return V27TER;
  return maxBitRate <= V29_MAX ? V27TER | V29 : V27TER | V29 | V17;
}

function bind(
  koffi: Koffi,
  send: (...args: [unknown, unknown, unknown, number, number]) => number,
): { readonly calls: Calls; readonly callback: unknown } {
  try {
    const library = koffi.load(LIBRARY);
    if (!hasCallbacks(koffi)) throw new TypeError("koffi without callbacks");
    const callback = koffi.register(send, koffi.pointer(koffi.proto("int", SEND)));
    const bound = Object.entries(PROTOTYPES).map(([name, text]) => [name, library.func(text)]);
    // Every name of the table has become a function.
    return { calls: Object.fromEntries(bound) as Calls, callback };
  } catch {
    throw new PortError({
      kind: "not-found",
      what: `${WHAT} through ${LIBRARY}`,
      advice: "install libspandsp2 (apt-get), or set rtp.fax to pass-through",
    });
  }
}
