import { errorText } from "../../../src/base/thrown.ts";
import { BENCH_HOST, type Bench } from "../../hw-sim/bench/bench.ts";
import type { FarSide } from "./far-side.ts";
import { type FaxFiles, hasPages, sendPage } from "./fax-pages.ts";
import type { Pace } from "./slow-host.ts";
import type { Setting, Stage } from "./story.ts";
import type { StoryLog } from "./story-log.ts";
import { PAGE } from "./story-settings.ts";
import { STRANGER_HOST, type StoryStranger } from "./story-stranger.ts";
import { takeBack } from "./take-back.ts";
import { lockFaults } from "./watch-locks.ts";
import type { StoryWatch } from "./watch-story.ts";

/** What a story is played with. */
export interface Played {
  readonly lab: Bench;
  readonly far: FarSide;
  readonly stranger: StoryStranger;
  readonly stage: Stage;
  readonly watch: StoryWatch;
  /** How late messages between the planes are. */
  readonly pace: Pace;
  readonly log: StoryLog;
  readonly files: FaxFiles;
  /** How much of one thing the far side had too much of. */
  readonly flooded: number;
  /** A call is answered twice: its id alone does not tell whether it has ended. */
  readonly hasTwins: boolean;
}

/** Failed hardware comes back within its longest wait; a registration within its own, ms. */
const HARDWARE_BACK_MS = 140_000;
const REGISTERED_BACK_MS = 400_000;
/** A line whose people have hung up is idle within this, and with calls on hold or parked, ms. */
const IDLE_MS = 10_000;
const NO_ANSWER_MS = 200_000;
const RECALL_MS = 195_000;
/** Somebody waits for a busy number, ms. */
const CALL_BACK_MS = 1_900_000;
/** The longest that a transaction, or media that was open, may still be there, ms. */
const LEFT_MS = 230_000;
const UNDER_WAY_MS = 600;
const RING_OUT_MS = 300;
const QUIET_MS = 8000;
/** The setting that has texts on displays. */
const TEXTS = "texts shown";
const STOP_MS = 10_000;
const HM_MS = 1000;
/**
 * The same speech, be its pauses cut and its time a little stretched. Of 200 pairs of other speech
 * half are under 0.31, and one in 25 is above this.
 */
const HEARD = 0.5;

/** Everybody has hung up: looks whether the box is as it was, and makes one ordinary call. */
export async function checkAfter(played: Played): Promise<void> {
  const { lab, far, stage, watch } = played;
  const { world, network, box } = lab;
  const good = { lossRatio: 0, reorderRatio: 0, duplicateRatio: 0, jitterMs: 0 };
  network.setConditions(good);
  network.setLink(BENCH_HOST, BENCH_HOST, { latencyMs: 1, ...good });
  far.endsAll();
  for (const each of lab.phones) each.hang();
  // Whoever has mail hears another dial tone.
  for (const { user } of box.status()) far.says({ kind: "far-word", to: user, word: "no-mail" });
  // What was under way gets there.
  await world.advance(UNDER_WAY_MS);
  // A far side that was away has forgotten whom it calls: that rings until nobody has answered.
  // One whose CANCEL was faster than its INVITE has given it up as well.
  const isLossy = (stage.network.reorderRatio ?? 0) > 0;
  const idleMs = watch.hadNetworkTrouble || isLossy ? NO_ANSWER_MS : IDLE_MS;
  await endIn("a line is not idle", idleMs, () => callsOf(lab).every(isOver));
  far.endsAll();
  await endIn("hardware is out of order", HARDWARE_BACK_MS, () =>
    box.status().every(({ hardware }) => hardware === "ready"),
  );
  await endIn("a recalled line is not idle", RECALL_MS, () => callsOf(lab).every(isIdle));
  await endIn(
    "a line is not registered",
    REGISTERED_BACK_MS,
    () => box.status().every(({ registration }) => registration === "registered") && far.reachesAll,
  );
  const isCallBack = stage.settings.some(({ name }) => name === "call back");
  await atRest(isCallBack ? CALL_BACK_MS : LEFT_MS);
  // The chips' way out of ringing takes some milliseconds; a display is woken by ringing in places,
  // and a line whose connection broke is called over it until it has registered anew.
  for (const { user } of box.status()) far.says({ kind: "far-word", to: user, word: "no-mail" });
  const isUnquiet = watch.hadNetworkTrouble || stage.settings.some(({ name }) => name === TEXTS);
  await world.advance(isUnquiet ? QUIET_MS : RING_OUT_MS);
  watch.judgeCalls();
  await takeBack(lab, watch);
  checkRinging(lab, watch);
  await ordinaryCall(played);
  if (sendsPage(stage)) await ordinaryPage(played);
  await atRest(LEFT_MS);
  for (const fault of played.stranger.faults.slice(0, 2)) watch.fault(fault);
  watch.checkLog(watch.hadHardwareTrouble, played.flooded);
  for (const fault of await played.log.faults()) watch.fault(fault);
  for (const fault of lockFaults(lab, stage, watch).slice(0, 2)) watch.fault(fault);
  if (!isAudioUnsure(played)) {
    const faults = lab.wire.faults.filter((fault) => !fault.includes(STRANGER_HOST));
    for (const fault of faults.slice(0, 2)) watch.fault(fault);
  }
  watch.stop();
  await world.complete(lab.stop(), STOP_MS);
  checkRecords(played);
  const open = network.host(BENCH_HOST).bound;
  if (open.length > 0) watch.fault(`sockets after the stop: ${JSON.stringify(open)}`);

  async function endIn(what: string, withinMs: number, met: () => boolean): Promise<void> {
    if (await world.waitUntil(met, withinMs)) return;
    watch.fault(`${what} ${withinMs} ms later: ${JSON.stringify(box.status())}`);
  }
  async function atRest(withinMs: number): Promise<void> {
    const isRegistered = (): boolean =>
      box.status().every(({ registration }) => registration === "registered");
    const isAtRest = (): boolean => watch.leftOver() === undefined && isRegistered();
    if (await world.waitUntil(isAtRest, withinMs)) return;
    watch.fault(watch.leftOver() ?? "something was left over");
  }
}

const callsOf = ({ box }: Bench): readonly string[] => box.status().map(({ call }) => call);
/** After hanging up a call on hold, or a number that is free now, makes the bell ring. */
const isOver = (call: string): boolean => ["idle", "recall", "call-back", "faulted"].includes(call);
const isIdle = (call: string): boolean => call === "idle";

function checkRinging(lab: Bench, watch: StoryWatch): void {
  for (const { id, chip } of lab.board.lines) {
    if (chip.isRinging) watch.fault(`line ${id} rings at rest`);
  }
}

/** The first line calls the second: dial tone, bell, answer, speech both ways, busy tone. */
async function ordinaryCall({ lab, stage, stranger, watch }: Played): Promise<void> {
  const { world } = lab;
  const [alice, bob] = lab.phones;
  alice.forget();
  bob.forget();
  try {
    alice.lift();
    await alice.hears("dial-tone", { withinMs: 6000 });
    await alice.dials("102");
    await bob.rings({ withinMs: 12_000 });
    // There the display answers the first bursts, and who lifts then is heard seven seconds later.
    if (stage.country === "jp") await world.advance(6000);
    bob.lift();
    await world.advance(1200);
    // Whoever sends sound to where one of them is heard must not be heard in the other's place.
    for (const word of ["sound", "replays", "forges", "malforms", "media-flood"] as const) {
      stranger.does({ kind: "stranger", word, to: "101", times: 1 });
    }
    // The first words after a pause are played late, and what follows is hurried after them.
    await alice.says(lab.speech("hm", HM_MS));
    const words = lab.speech("ordinary", 1200);
    await alice.says(words);
    await bob.heard(words, { correlationOver: HEARD });
    await bob.says(lab.speech("hm too", HM_MS));
    const back = lab.speech("ordinary too", 1200);
    await bob.says(back);
    await alice.heard(back, { correlationOver: HEARD });
    bob.hang();
    const busy = stage.country === "jp" || stage.country === "au" ? undefined : "busy";
    if (busy === undefined) await world.advance(4000);
    else await alice.hears(busy, { withinMs: 8000 });
  } catch (error) {
    watch.fault(`an ordinary call: ${errorText(error)}`);
  }
  for (const each of lab.phones) each.hang();
  await world.advance(3000);
}

/**
 * Whether a page is sent at the end: every box carries faxes, but one that is told not to, or whose
 * lines have no echo canceller: in some countries a ProSLIC's do not match these machines.
 */
function sendsPage({ settings }: Stage): boolean {
  const cannot = ({ config }: Setting): boolean =>
    config.rtp?.fax === "off" || config.lines?.[0]?.echoCanceller?.off === true;
  return hasPages && !settings.some(cannot) && settings.some(({ name }) => name === PAGE);
}

/** The first line sends the second a page, which has to arrive whole. */
async function ordinaryPage({ lab, files, watch }: Played): Promise<void> {
  const [alice, bob] = lab.phones;
  alice.forget();
  bob.forget();
  try {
    const fault = await sendPage(lab, files);
    if (fault !== undefined) watch.fault(`a page ${fault}`);
  } catch (error) {
    watch.fault(`a page: ${errorText(error)}`);
  }
  for (const each of lab.phones) each.hang();
  await lab.world.advance(3000);
}

/** Whether it cannot be told from outside which call audio belonged to, or whether that is over. */
function isAudioUnsure({ hasTwins, stage }: Played): boolean {
  // A port that the next call has at once may be named in a message over a stream, unseen.
  const hasFewPorts = stage.settings.some(({ name }) => name === "few ports");
  // News of a call's end waits in a stream for what was lost before it, for as long as that takes.
  const isHeldUp = (stage.network.lossRatio ?? 0) > 0 && stage.server !== "memory";
  return hasTwins || hasFewPorts || isHeldUp;
}

/** Each record is one of its own, and is kept. */
function checkRecords({ lab, watch }: Played): void {
  const ids = lab.records.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) watch.fault("two call records have one id");
  const kept = (lab.store.files.get("calls.jsonl") ?? "").split("\n").filter(Boolean);
  // What waited for a disk at a restart is lost, and said to be; the last call came after all that.
  const isLost = watch.hadDiskTrouble && kept.length < ids.length;
  if (kept.length !== ids.length && !isLost)
    watch.fault(`${ids.length} records, ${kept.length} kept`);
  if (ids.length > 0 && kept.length === 0) watch.fault("no record is kept");
}
