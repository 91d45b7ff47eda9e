import type { ControlExchangeConfig } from "../../gateway/control/control-config.ts";
import type { ConfigProblem } from "./config-problem.ts";
import type { UserConfig } from "./user-config.ts";

/** What is dialled to take a call that rings elsewhere; undefined where nothing does that. */
export function pickupCodeOf(exchange: UserConfig["exchange"]): string | undefined {
  return exchange?.pickup === false ? undefined : exchange?.pickupCode;
}

/** How the built-in exchange lets calls be picked up. */
export function pickupOf({ exchange }: UserConfig): Pick<ControlExchangeConfig, "pickup"> {
  if (exchange?.pickup === false) return {};
  const code = pickupCodeOf(exchange);
  return { pickup: code === undefined ? {} : { code } };
}

/** A number that begins with the code could never be called: that would pick a call up. */
export function checkPickupCode(
  { exchange }: UserConfig,
  numbers: readonly string[],
  problems: ConfigProblem[],
): void {
  const code = pickupCodeOf(exchange);
  const taken = code === undefined ? undefined : numbers.find((number) => number.startsWith(code));
  if (taken === undefined) return;
  const text = `is "${code}", with which ${taken} begins: take another`;
  problems.push({ path: ["exchange", "pickupCode"], text });
}
