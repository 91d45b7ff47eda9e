import { headerValue, headerValues, parseNameAddr, type SipRequest } from "../../sip/index.ts";

/** That a call wants to be answered by nobody's hand. */
export interface AutoAnswer {
  /** How long it waits before. */
  readonly afterMs: number;
  /** Whether it is to be refused where it is not answered so. */
  readonly isRequired: boolean;
}

/** Who asks for more than this is answered then, ms. */
const AFTER_MAX_MS = 30_000;

/**
 * What an INVITE asks for: by Answer-Mode, or, as intercoms do, by `answer-after` of a Call-Info,
 * or by `info=alert-autoanswer` of an Alert-Info. The last two no RFC has. @see RFC 5373 §4
 */
export function autoAnswerOf(request: SipRequest): AutoAnswer | undefined {
  for (const name of ["priv-answer-mode", "answer-mode"]) {
    const [mode = "", ...params] = (headerValue(request, name) ?? "").toLowerCase().split(";");
    if (mode.trim() !== "auto") continue;
    return { afterMs: 0, isRequired: params.some((param) => param.trim() === "require") };
  }
  for (const value of headerValues(request, "call-info")) {
    const afterS = /;\s*answer-after\s*=\s*(\d{1,4})\s*(?:;|$)/i.exec(value)?.[1];
    if (afterS === undefined) continue;
    return { afterMs: Math.min(Number(afterS) * 1000, AFTER_MAX_MS), isRequired: false };
  }
  const isAlerted = headerValues(request, "alert-info").some((value) => {
    const parsed = parseNameAddr(value);
    const info = parsed.ok ? parsed.value.params.get("info") : undefined;
    return /^(?:alert-autoanswer|auto ?answer)$/i.test(info ?? "");
  });
  return isAlerted ? { afterMs: 0, isRequired: false } : undefined;
}
