import type { ControlExchangeConfig } from "../../gateway/control/control-config.ts";
import type { ConfigProblem } from "./config-problem.ts";
import type { UserConfig } from "./user-config.ts";

/** What is dialled to take a call that rings elsewhere; undefined where nothing does that. */
export function pickupCodeOf(exchange: UserConfig["exchange"]): string | undefined {
  return exchange?.pickup === false ? undefined : exchange?.pickupCode;
}

/** How the built-in exchange lets calls be picked up, and taken over where they are on hold. */
export function pickupOf({
  exchange,
}: UserConfig): Pick<ControlExchangeConfig, "pickup" | "retrieveCode"> {
  const { retrieveCode } = exchange ?? {};
  const retrieve = retrieveCode === undefined ? {} : { retrieveCode };
  if (exchange?.pickup === false) return retrieve;
  const code = pickupCodeOf(exchange);
  return { ...retrieve, pickup: code === undefined ? {} : { code } };
}

/** The code by which calls on hold are taken over. */
export const retrieveCodeOf = (exchange: UserConfig["exchange"]): string | undefined =>
  exchange?.retrieveCode;

/** A number that begins with a code could never be called: the code would be meant. */
export function checkPickupCode(
  { exchange }: UserConfig,
  numbers: readonly string[],
  problems: ConfigProblem[],
): void {
  const codes = { pickupCode: pickupCodeOf(exchange), retrieveCode: retrieveCodeOf(exchange) };
  for (const [name, code] of Object.entries(codes)) {
    const taken = code === undefined ? undefined : numbers.find((one) => one.startsWith(code));
    if (taken === undefined) continue;
    const text = `is "${code}", with which ${taken} begins: take another`;
    problems.push({ path: ["exchange", name], text });
  }
  const { pickupCode, retrieveCode } = codes;
  if (pickupCode === undefined || retrieveCode === undefined) return;
  if (!pickupCode.startsWith(retrieveCode) && !retrieveCode.startsWith(pickupCode)) return;
  const text = `is "${retrieveCode}", which cannot be told from pickupCode ("${pickupCode}")`;
  problems.push({ path: ["exchange", "retrieveCode"], text });
}
