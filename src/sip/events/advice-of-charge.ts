import { err, ok, type Result } from "../../base/result.ts";
import { childrenOf, parseXml, type XmlElement } from "./xml.ts";

/** What the body of an INFO or a BYE is that tells what a call costs. @see 3GPP TS 24.647 §5.1.2 */
export const ADVICE_OF_CHARGE_TYPE = "application/vnd.etsi.aoc+xml";

/** What a call has cost so far, or in the end. */
export interface AdviceOfCharge {
  /** It is the whole: AOC-E, or AOC-D that says so. */
  readonly isTotal: boolean;
  /** Absent where the server does not know. 0 where it is free. */
  readonly charge?: Charge;
}

/** An amount, of a currency (ISO 4217) or, as Asterisk writes them, of charging units (`UNIT`). */
export interface Charge {
  readonly amount: number;
  readonly unit: string;
}

/** Charging units by their name in place of a currency. */
export const CHARGING_UNIT = "UNIT";
const CURRENCY_LENGTH_MAX = 16;
const AMOUNT = /^\d{1,9}(?:\.\d{1,6})?$/;

/**
 * Reads what a server tells of a call's cost during it (AOC-D) or at its end (AOC-E); what it tells
 * beforehand (AOC-S) is a tariff and no cost. The error says what is wrong.
 *
 * @see 3GPP TS 24.647 annex D
 */
export function parseAdviceOfCharge(body: string): Result<AdviceOfCharge, string> {
  const parsed = parseXml(body);
  if (!parsed.ok) return parsed;
  if (parsed.value.name !== "aoc") return err("is no advice of charge");
  const [end] = childrenOf(parsed.value, "aoc-e");
  const [during] = childrenOf(parsed.value, "aoc-d");
  const told = end ?? during;
  if (told === undefined) return err("tells no cost");
  const [info] = childrenOf(told, "charging-info");
  const isTotal = end !== undefined || info?.text === "total";
  const [charges] = childrenOf(told, "recorded-charges");
  if (charges === undefined) return err("tells no cost");
  if (childrenOf(charges, "free-charge").length > 0) {
    return ok({ isTotal, charge: { amount: 0, unit: CHARGING_UNIT } });
  }
  const [units] = childrenOf(charges, "recorded-currency-units");
  if (units === undefined) return ok({ isTotal });
  const charge = chargeOf(units);
  return charge === undefined ? err("has an amount that is none") : ok({ isTotal, charge });
}

function chargeOf(units: XmlElement): Charge | undefined {
  const [amount] = childrenOf(units, "currency-amount");
  const [currency] = childrenOf(units, "currency-id");
  if (amount === undefined || !AMOUNT.test(amount.text)) return undefined;
  const unit = currency?.text ?? "";
  return {
    amount: Number(amount.text),
    unit: unit === "" ? CHARGING_UNIT : unit.slice(0, CURRENCY_LENGTH_MAX).toUpperCase(),
  };
}
