import { invariant } from "../base/invariant.ts";
import { type DigitMap, type DigitMapRule, parseDigitMap } from "../fxs/index.ts";
import type { CallConfig } from "./call-types.ts";
import type { Choices } from "./policy/choices.ts";
import { codeRules, headOf } from "./policy/feature-codes.ts";

/**
 * The user's digit map with the emergency numbers before it, with every code there is, and with the
 * keys for speed dial that call somebody, which wait whether more comes. An
 * emergency number is dialled at once, whatever the digit map has beside it (`xx.`); but one that
 * other numbers begin with waits as they do: where the country says so, where another number for
 * help does, and where a rule of the digit map spells it out and goes on (`1121`).
 */
export function dialledMap(config: CallConfig, { speedDials }: Choices): DigitMap {
  const { mode, blindTransferCode } = config.flash;
  const { withholdCode = "", showCode = "", callBackCode = "" } = config;
  const transfers = mode === "relay" ? "" : blindTransferCode;
  const own = digitMapRules(config.digitMap);
  const once = headOf(config.featureCodes?.callWaitingOffOnce ?? "");
  const codes = [transfers, withholdCode, showCode, once].filter((code) => code !== "");
  const spelled = parsedRules(config.digitMap);
  const help = ["", ...codes].flatMap((code) =>
    config.emergencyNumbers.map((number) => {
      const isShared =
        config.emergencyShared?.includes(number) === true ||
        spelled.some(({ elements }) => spells(elements, number));
      return { text: `${code}${number}`, isShared };
    }),
  );
  const keys = Object.keys(speedDials).map((key) => `${key}T`);
  const coded = codes.flatMap((code) => [...own, ...keys].map((rule) => `${code}${rule}`));
  const alone = callBackCode === "" ? [] : [callBackCode];
  const features = codeRules(config.featureCodes ?? {}, own);
  // Behind a code the longest rules there can be are none any more: nobody dials so many digits.
  const behind = [...coded, ...features].filter((text) => parseDigitMap(text).ok);
  const texts = [config.digitMap, ...keys, ...alone, ...behind];
  const urgent = help.flatMap(({ text, isShared }) =>
    parsedRules(text).map((rule) => ({ ...rule, timed: isShared, urgent: true })),
  );
  return {
    text: [...help.map(({ text }) => text), ...texts].join("|"),
    rules: [...urgent, ...texts.flatMap(parsedRules)],
  };
}

function parsedRules(text: string): readonly DigitMapRule[] {
  const parsed = parseDigitMap(text);
  invariant(parsed.ok, `the digit map "${text}" was checked before`);
  return parsed.value.rules;
}

/** Whether a rule begins with just these digits, and goes on. */
function spells(elements: DigitMapRule["elements"], number: string): boolean {
  return (
    elements.length > number.length &&
    [...number].every((digit, at) => elements[at]?.digits === digit && !elements[at]?.repeats)
  );
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
