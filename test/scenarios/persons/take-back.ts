import type { Bench } from "../../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../../hw-sim/bench/bench-phone.ts";
import { PIN } from "./story-settings.ts";
import type { StoryWatch } from "./watch-story.ts";

/** What has calls come in again, where it says who calls whom; a dial tone is there within ms. */
const CALLS_AGAIN = { always: "*73", busy: "*91", noAnswer: "*93", doNotDisturb: "*79" } as const;
const DIAL_TONE_MS = 2500;
const KEYED_MS = 4000;
const QUIET_MS = 8000;
/** After wrong PINs none is looked at for so long. */
const PIN_PAUSE_MS = 900_000;

/** Whoever sends calls on, wants none, refuses some or has locked the telephone keys the ends. */
export async function takeBack(lab: Bench, watch: StoryWatch): Promise<void> {
  const { box, phones } = lab;
  for (const [at, { diversions, choices }] of box.status().entries()) {
    const phone = phones[at];
    if (phone === undefined) continue;
    for (const what of ["always", "busy", "noAnswer", "doNotDisturb"] as const) {
      if (diversions === undefined) continue;
      if (diversions[what] === undefined || diversions[what] === false) continue;
      await keys(lab, phone, CALLS_AGAIN[what]);
    }
    if (choices?.rejectsAnonymous === true) await keys(lab, phone, "*87");
    if (choices !== undefined && choices.blocked.length > 0) await keys(lab, phone, "*80");
    if (choices?.isLocked !== true) continue;
    await lab.world.advance(PIN_PAUSE_MS);
    await keys(lab, phone, `#33*${PIN}#`);
  }
  for (const { line, diversions, choices } of box.status()) {
    if (diversions !== undefined) {
      watch.fault(`calls do not come in again at line ${line}: ${JSON.stringify(diversions)}`);
    }
    const isBack =
      choices === undefined ||
      (!choices.isLocked && !choices.rejectsAnonymous && choices.blocked.length === 0);
    if (!isBack) watch.fault(`line ${line} is not as before: ${JSON.stringify(choices)}`);
  }
}

async function keys({ world }: Bench, phone: BenchPhone, code: string): Promise<void> {
  phone.phone.lift();
  await world.advance(DIAL_TONE_MS);
  phone.phone.dial(code);
  await world.advance(KEYED_MS);
  phone.hang();
  await world.advance(QUIET_MS);
}
