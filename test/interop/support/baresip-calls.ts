import type { Bench } from "../../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../../hw-sim/bench/bench-phone.ts";
import type { Baresip } from "./baresip.ts";
import { SPEAKING_MS, speakAndListen } from "./conversation.ts";
import { expectTone } from "./tone-check.ts";

/** What each side sends: neither is the other's, so that an echo is not taken for a voice. */
export const BARESIP_HZ = 440;
/** @see BARESIP_HZ */
export const OURS_HZ = 1000;
/** How much of the tone must arrive; the rest is what a busy machine may swallow. */
export const ENOUGH_MS = 0.7 * SPEAKING_MS;

/** A box, and a baresip that its telephones reach at 201. */
export interface BaresipPlace {
  readonly box: Bench;
  readonly baresip: Baresip;
}

/** Our telephone, whose receiver is lifted, calls the baresip, which answers. */
export async function callAnswered({ baresip }: BaresipPlace, phone: BenchPhone): Promise<void> {
  await phone.dials("201");
  await baresip.tells("CALL_INCOMING");
  baresip.accept();
  await baresip.tells("CALL_ESTABLISHED");
}

/** Each hears the other, ours hangs up first. */
export async function talkUntilWeHang(place: BaresipPlace, phone: BenchPhone): Promise<void> {
  const { box, baresip } = place;
  expectTone(await speakAndListen(box, phone, OURS_HZ), BARESIP_HZ, ENOUGH_MS);
  phone.hang();
  await baresip.tells("CALL_CLOSED");
  expectTone(baresip.heard(), OURS_HZ, ENOUGH_MS);
}

/** Each hears the other, the baresip hangs up first, and our telephone hears that it has. */
export async function talkUntilTheyHang(place: BaresipPlace, phone: BenchPhone): Promise<void> {
  const { box, baresip } = place;
  expectTone(await speakAndListen(box, phone, OURS_HZ), BARESIP_HZ, ENOUGH_MS);
  baresip.hangUp();
  await phone.hears("busy");
  expectTone(baresip.heard(), OURS_HZ, ENOUGH_MS);
}

/** Our telephone calls the baresip, each hears the other, ours hangs up. */
export async function weCall(place: BaresipPlace, phone: BenchPhone): Promise<void> {
  phone.lift();
  await callAnswered(place, phone);
  await talkUntilWeHang(place, phone);
}

/** The baresip calls our telephone, each hears the other, the baresip hangs up. */
export async function theyCall(
  place: BaresipPlace,
  phone: BenchPhone,
  number: string,
): Promise<void> {
  place.baresip.dial(`sip:${number}@127.0.0.1`);
  await phone.rings();
  phone.lift();
  await place.baresip.tells("CALL_ESTABLISHED");
  await talkUntilTheyHang(place, phone);
}
