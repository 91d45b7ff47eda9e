import { invariant } from "../base/invariant.ts";
import { type DigitMap, parseDigitMap } from "../fxs/index.ts";
import type { CallConfig } from "./call-types.ts";
import { codeRules } from "./policy/feature-codes.ts";

/** The user's digit map with the emergency numbers before it, and with every code there is. */
export function dialledMap(config: CallConfig): DigitMap {
  const { mode, blindTransferCode } = config.flash;
  const { withholdCode = "", showCode = "", callBackCode = "" } = config;
  const transfers = mode === "relay" ? "" : blindTransferCode;
  const own = digitMapRules(config.digitMap);
  const plain = [...config.emergencyNumbers, ...own];
  const coded = [transfers, withholdCode, showCode].flatMap((code) =>
    code === "" ? [] : plain.map((rule) => `${code}${rule}`),
  );
  const alone = callBackCode === "" ? [] : [callBackCode];
  const features = codeRules(config.featureCodes ?? {}, own);
  const texts = [...config.emergencyNumbers, config.digitMap, ...alone, ...coded, ...features];
  const rules = texts.flatMap((text) => {
    const parsed = parseDigitMap(text);
    invariant(parsed.ok, `the digit map "${text}" was checked before`);
    return parsed.value.rules;
  });
  return { text: texts.join("|"), rules };
}

/** The rules of a digit map as text, without the brackets that it may stand in. */
export function digitMapRules(digitMap: string): readonly string[] {
  return digitMap
    .trim()
    .replace(/^[({]|[)}]$/g, "")
    .split("|")
    .map((rule) => rule.trim());
}

/** Whether no rule of a digit map begins with a code: what it stands for can be dialled then. */
export function isFreeCode(code: string, digitMap: string): boolean {
  return !digitMapRules(digitMap).some((rule) => rule.startsWith(code));
}
