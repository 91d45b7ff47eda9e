import { existsSync } from "node:fs";
import type { FaxEngine } from "../../../src/base/fax-engine.ts";
import { errorStack } from "../../../src/base/thrown.ts";
import { loadSpandspFax } from "../../../src/hal/linux/index.ts";
import { pcm16FromVolts, sineMix } from "../../hw-sim/audio/levels.ts";
import { type Bench, bench } from "../../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../../hw-sim/bench/bench-phone.ts";
import type { PhoneSpec } from "../../hw-sim/bench/phone-maker.ts";
import { MemorySounds } from "../../hw-sim/board/memory-sounds.ts";
import { simAuthority } from "../../hw-sim/world/sim-certificate.ts";
import { FAR_HOST } from "../support/far-end.ts";
import { checkAfter, type Played } from "./check-story.ts";
import { TWINS } from "./far-manners.ts";
import { FarSide } from "./far-side.ts";
import { FAR_NAME } from "./far-wire.ts";
import { FaxFiles } from "./fax-pages.ts";
import { Machines } from "./machines.ts";
import { type Pace, SlowHost } from "./slow-host.ts";
import type { Act, Story, Trouble, Wish } from "./story.ts";
import { configOf } from "./story-config.ts";
import { StoryLog } from "./story-log.ts";
import { StoryReloads } from "./story-reloads.ts";
import { StoryStranger } from "./story-stranger.ts";
import { isOfHardware, startTrouble } from "./troubles.ts";
import { lineVoice } from "./voices.ts";
import { StoryWatch } from "./watch-story.ts";

/** What came of a story. */
export interface Outcome {
  /** What must not be, in words; none where all is well. */
  readonly faults: readonly string[];
  /** SHA-256 of everything that happened. */
  readonly hash: string;
  /** How long it took in the world, ms. */
  readonly virtualMs: number;
}

/** What may be heard in place of tones and silence. */
const SOUNDS = {
  sorry: pcm16FromVolts(sineMix([700, 1300], -20, 1500)),
  music: pcm16FromVolts(sineMix([523, 659], -20, 2000)),
};
const DIAL_TONES = ["dial-tone", "stutter-dial-tone", "second-dial-tone"];
/** What a far side that is slow to register may take, ms. */
const REGISTERED_MS = 60_000;
/** The address of the registrar's name that comes first, where nobody is. */
const SILENT_HOST = "10.0.0.8";
/** Troubles that nobody at a telephone may notice. */
const HARMLESS: readonly Trouble["trouble"][] = ["slow-worker", "log-disk-full"];
const SPANDSP = ["x86_64", "aarch64"].map((cpu) => `/usr/lib/${cpu}-linux-gnu/libspandsp.so.2`);

/** The modems of T.38, where this machine has them; without them faxes go as sound. */
async function modems(): Promise<{ readonly fax?: FaxEngine }> {
  return SPANDSP.some((file) => existsSync(file)) ? { fax: await loadSpandspFax() } : {};
}

/**
 * Plays a story, and looks whether everything is as it was when all have hung up. `show` is given
 * what it was played on, at its end.
 */
export async function playStory(story: Story, show?: (lab: Bench) => void): Promise<Outcome> {
  let far: FarSide | undefined;
  let stranger: StoryStranger | undefined;
  const { stage, seed } = story;
  const isOpen = stage.settings.some(({ config }) => config.sip?.directCalls === true);
  const faults: string[] = [];
  let lab: Bench | undefined;
  let watch: StoryWatch | undefined;
  const pace: Pace = { delayMs: 0 };
  const files = new FaxFiles();
  try {
    lab = await bench({
      seed,
      phones: stage.lines.map(({ phone }) => soldIn(stage.country, phone)),
      line: stage.lines.map(({ chip }) => ({ chip })),
      config: configOf(stage),
      files: { "ca.pem": simAuthority("lab") },
      network: stage.network,
      startUnregistered: true,
      sounds: new MemorySounds(SOUNDS),
      ...(await modems()),
      between: (plane, clock) => new SlowHost(plane, clock, pace),
      prepare: async (place) => {
        place.names.set(FAR_NAME, [FAR_HOST]);
        if (stage.server === "names") {
          const hosts = [SILENT_HOST, FAR_HOST];
          place.names.set("first.example.net", hosts.slice(0, 1));
          place.names.set("second.example.net", hosts.slice(1));
          place.names.setSrv(`_sip._udp.${FAR_NAME}`, [
            { priority: 1, weight: 1, port: 5060, target: "first.example.net" },
            { priority: 2, weight: 1, port: 5060, target: "second.example.net" },
          ]);
        }
        far = await place.world.complete(FarSide.open(place, stage.server), 1000);
        stranger = await place.world.complete(StoryStranger.open(place, isOpen), 1000);
      },
    });
    if (far === undefined || stranger === undefined)
      throw new Error("the far side was not laid out");
    if (!far.isRegistrar) far.registers();
    watch = new StoryWatch(lab, stage);
    const hasTwins = story.acts.some((act) => act.kind === "person" && act.number === TWINS);
    const floods = story.acts.map((act) => (act.kind === "flood" ? act.times : 0));
    const flooded = floods.reduce((sum, times) => sum + times, 0);
    const log = new StoryLog(lab);
    const parts = { lab, far, stranger, stage, watch, pace, log, files };
    await play({ ...parts, flooded, hasTwins }, story.acts);
  } catch (error) {
    faults.push(errorStack(error));
  }
  files.remove();
  watch?.stop();
  if (lab === undefined) return { faults, hash: "", virtualMs: 0 };
  show?.(lab);
  faults.unshift(...(watch?.faults ?? []));
  return { faults, hash: lab.trace.sha256(), virtualMs: lab.world.clock.nowMs() };
}

async function play(played: Played, acts: readonly Act[]): Promise<void> {
  const { lab, watch } = played;
  const { world } = lab;
  const isIn = (): boolean =>
    lab.box.status().every(({ registration }) => registration === "registered");
  if (!(await world.waitUntil(isIn, REGISTERED_MS))) watch.fault("the lines did not register");
  await watch.noteBase(played.far);
  const mends = new Set<() => void>();
  const mendAll = (): void => {
    for (const mend of [...mends]) mend();
  };
  const reloads = new StoryReloads(played, mendAll);
  const machines = new Machines(lab, played.files);
  for (const act of acts) {
    await reloads.pause(act.pauseMs);
    switch (act.kind) {
      case "person":
        wish(lab, act);
        watch.noteHandsets();
        break;
      case "far-call":
        played.far.calls(act);
        break;
      case "far-word":
        played.far.says(act);
        break;
      case "stranger":
        played.stranger.does(act);
        break;
      case "machine":
        machines.begins(act);
        break;
      case "flood":
        played.far.floods(act);
        break;
      case "trouble": {
        noteTrouble(watch, act);
        if (act.trouble === "restart") await reloads.restart();
        else if (act.trouble === "reloaded") await reloads.reload(act);
        else if (act.trouble === "reload-asked") reloads.ask(act);
        else {
          const end = startTrouble(played, act);
          const mend = (): void => {
            if (mends.delete(mend)) end();
          };
          mends.add(mend);
          world.clock.at(world.clock.nowMs() + act.forMs, mend);
        }
      }
    }
  }
  mendAll();
  machines.unplug();
  await reloads.back();
  await checkAfter(played);
}

const PLATES: Readonly<Record<string, PhoneSpec>> = {
  nz: { kind: "rotary", plate: "new-zealand" },
  se: { kind: "rotary", plate: "swedish" },
};

/** Where dials count otherwise, telephones do. */
function soldIn(country: string, phone: PhoneSpec): PhoneSpec {
  return phone === "rotary" ? (PLATES[country] ?? phone) : phone;
}

/** What is not judged for a while, or at all, after a trouble. */
function noteTrouble(watch: StoryWatch, act: Trouble): void {
  if (isOfHardware(act)) watch.hardwareInTrouble(act.line, act.forMs);
  else if (act.trouble === "disk-full") watch.hadDiskTrouble = true;
  else if (!HARMLESS.includes(act.trouble)) watch.networkInTrouble();
}

/** What a person without a plan does, as the telephone then is. */
function wish(lab: Bench, act: Wish): void {
  const person = lab.phones[act.line - 1];
  if (person === undefined) return;
  const { phone } = person;
  if (!phone.isOffHook) {
    if (phone.isRinging ? act.answers : act.lifts) phone.lift();
  } else if (DIAL_TONES.includes(phone.hears ?? "")) {
    if (act.number === "") phone.hang();
    else phone.dial(act.number);
  } else doOtherwise(person, act);
}

function doOtherwise({ phone }: BenchPhone, { line, otherwise }: Wish): void {
  switch (otherwise.kind) {
    case "hang":
      phone.hang();
      return;
    case "wait":
      return;
    case "flash":
      phone.flash(otherwise.ms);
      return;
    case "dial":
      void phone.dial(otherwise.digits);
      return;
    case "say":
      void phone.say(lineVoice(line, otherwise.ms));
      return;
    case "tone":
      void phone.say(pcm16FromVolts(sineMix([otherwise.hz], -12, otherwise.ms)));
      return;
  }
}
