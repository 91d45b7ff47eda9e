import type { CallSettings } from "../../gateway/control/control-config.ts";
import type { RealtimeLineConfig, RtpConfig } from "../../gateway/realtime/realtime-config.ts";
import type { UserConfig, UserLine } from "./user-config.ts";
import type { FaxMode } from "./user-fax.ts";

/** Everybody has it, and the later ones add nothing that our modems could do. */
const DEFAULT_VERSION = 0;
/** The fastest of V.17. */
const DEFAULT_BIT_RATE = 14_400;
/** A loss of three in a row is brought back. */
const DEFAULT_REDUNDANCY = 3;
/** A far gateway has heard the flags by then, and asked. */
const DEFAULT_WAIT_MS = 1000;

/** What is done at a line where a fax machine is heard. */
export function faxMode(user: UserConfig, line?: UserLine): FaxMode {
  return line?.fax ?? user.rtp?.fax ?? "pass-through";
}

/** Whether any line wants T.38. */
export function wantsT38(user: UserConfig, lines: readonly UserLine[]): boolean {
  return lines.some((line) => faxMode(user, line) === "t38");
}

/** What a line's calls are told. Without the modems T.38 is neither offered nor taken. */
export function callFax(
  user: UserConfig,
  line: UserLine,
  hasModems: boolean,
): Pick<CallSettings, "passesModems" | "t38"> {
  const mode = faxMode(user, line);
  const passesModems = mode !== "off";
  if (mode !== "t38" || !hasModems) return { passesModems };
  const { t38 } = user.rtp ?? {};
  return {
    passesModems,
    t38: {
      version: t38?.version ?? DEFAULT_VERSION,
      maxBitRate: t38?.maxBitRate ?? DEFAULT_BIT_RATE,
      correction: t38?.correction ?? "redundancy",
      fillBitRemoval: t38?.fillBitRemoval ?? false,
      ...(t38?.farDatagram === undefined ? {} : { farDatagram: t38.farDatagram }),
      switchOn: t38?.switchOn ?? "preamble",
      waitMs: t38?.waitMs ?? DEFAULT_WAIT_MS,
    },
  };
}

/** What a line's media is told. */
export function lineFax(
  user: UserConfig,
  line: UserLine,
): Pick<RealtimeLineConfig, "passesModems" | "hidesV8"> {
  const mode = faxMode(user, line);
  const hidesV8 = mode === "t38" && user.rtp?.t38?.v34 === "fallback";
  return { passesModems: mode !== "off", ...(hidesV8 ? { hidesV8 } : {}) };
}

/** What all media is told: whether the modems are to be loaded. */
export function rtpFax(
  user: UserConfig,
  lines: readonly UserLine[],
  hasModems: boolean,
): Pick<RtpConfig, "t38"> {
  if (!wantsT38(user, lines) || !hasModems) return {};
  return { t38: { redundancy: user.rtp?.t38?.redundancy ?? DEFAULT_REDUNDANCY } };
}
