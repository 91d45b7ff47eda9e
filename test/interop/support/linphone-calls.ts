import { expect } from "vitest";
import type { Bench } from "../../hw-sim/bench/bench.ts";
import { listen, nextRecord } from "./conversation.ts";
import type { Linphone } from "./linphone.ts";
import { expectTone } from "./tone-check.ts";

/** What a linphone of these stories says all the time. */
export const LINPHONE_HZ = 440;
/** Our second telephone, to which calls are transferred. */
const OTHER = "102";
const HEARD_MS = 1000;
const ENOUGH_MS = 700;

/** Our two telephones and a linphone that has `number`, all registered at one server. */
export interface LinphonePlace {
  readonly box: Bench;
  readonly linphone: Linphone;
  readonly number: string;
}

/** Makes sure that one of our telephones hears linphone. */
export async function hearsLinphone({ box }: LinphonePlace, phone: 0 | 1): Promise<void> {
  const listener = box.phones[phone];
  expectTone(await listen(box, listener, HEARD_MS), LINPHONE_HZ, ENOUGH_MS);
}

/** Our first telephone calls linphone, which answers. */
export async function callsLinphone(place: LinphonePlace): Promise<void> {
  const [alice] = place.box.phones;
  await alice.calls(place.number);
  await alice.hears("ringback");
  place.linphone.answer();
  await alice.hearsNoTone();
  await hearsLinphone(place, 0);
}

/** Our first telephone holds linphone by a flash, and takes it back by another. */
export async function holdsByFlash(place: LinphonePlace): Promise<void> {
  const { world, phones } = place.box;
  const [alice] = phones;
  alice.flash();
  await alice.hears("dial-tone");
  await world.advance(1000);
  alice.flash();
  await alice.hearsNoTone();
  await world.advance(1000);
  await hearsLinphone(place, 0);
}

/** Our telephone asks the other one, hangs up, and linphone takes its place there. */
export async function attendedTransfer(place: LinphonePlace): Promise<void> {
  const [alice, bob] = place.box.phones;
  await callsLinphone(place);
  alice.flash();
  await alice.hears("dial-tone");
  await alice.dials(OTHER);
  await bob.rings();
  bob.lift();
  await alice.hearsNoTone();
  await place.box.world.advance(1000);
  alice.hang();
  await place.box.world.advance(3000);
  await hearsLinphone(place, 1);
  expect(place.box.box.status().map(({ call }) => call)).toEqual(["idle", "talking"]);
}

/** Our telephone dials the code and a number, and is out of it: linphone calls that one. */
export async function blindTransfer(place: LinphonePlace): Promise<void> {
  const [alice, bob] = place.box.phones;
  await callsLinphone(place);
  alice.flash();
  await alice.hears("dial-tone");
  await alice.dials(`*98${OTHER}`);
  alice.hang();
  await bob.rings({ withCallerId: place.number });
  bob.lift();
  await place.box.world.advance(2000);
  await hearsLinphone(place, 1);
  expect(place.box.box.status().map(({ call }) => call)).toEqual(["idle", "talking"]);
}

/** Linphone hands our telephone over: ours calls the other one. */
export async function isHandedOver(place: LinphonePlace): Promise<void> {
  const [alice, bob] = place.box.phones;
  await callsLinphone(place);
  place.linphone.transfer(`sip:${OTHER}@127.0.0.1`);
  await bob.rings({ withCallerId: "101" });
  bob.lift();
  await alice.hearsNoTone();
  expect(await nextRecord(place.box)).toMatchObject({ to: place.number });
  expect(place.box.box.status().map(({ call }) => call)).toEqual(["talking", "talking"]);
}
