import { ReloadWhenIdle } from "../../../src/app/cli/reload-when-idle.ts";
import type { Played } from "./check-story.ts";
import type { Trouble } from "./story.ts";
import { changedConfig, configOf, isAbroad } from "./story-config.ts";

/** A stop of the box, and a start. */
const RESTART_MS = 15_000;
/** The chips' way out of ringing. */
const RING_OUT_MS = 300;

type Change = Pick<Trouble, "line" | "forMs">;

/** How a story's program is started over: as it was, or with another configuration. */
export class StoryReloads {
  readonly #played: Played;
  readonly #mendAll: () => void;
  /** One that waits until nobody is in a call. */
  #asked: ReloadWhenIdle | undefined;
  #due: Change | undefined;
  #isChanged = false;

  /** @param mendAll ends whatever goes wrong at the moment */
  constructor(played: Played, mendAll: () => void) {
    this.#played = played;
    this.#mendAll = mendAll;
  }

  /** Lets time pass, and starts over where that falls due. */
  async pause(ms: number): Promise<void> {
    const { world } = this.#played.lab;
    const untilMs = world.clock.nowMs() + ms;
    const isDue = (): boolean => this.#due !== undefined;
    if (await world.waitUntil(isDue, ms)) await this.#carryOut();
    await world.advance(Math.max(0, untilMs - world.clock.nowMs()));
  }

  /** The program ends as it is told to, and is started again. */
  async restart(): Promise<void> {
    const { lab, far, watch } = this.#played;
    this.#mendAll();
    watch.isAway = true;
    await lab.world.complete(lab.box.stop(), RESTART_MS);
    await lab.world.advance(RING_OUT_MS);
    await lab.world.complete(lab.start(), RESTART_MS);
    if (!far.isRegistrar) far.registers();
    watch.isAway = false;
  }

  /** Another configuration is read at once, whoever talks. */
  async reload(change: Change): Promise<void> {
    const { lab, stage, watch } = this.#played;
    this.#isChanged = true;
    lab.configure(changedConfig(stage, change));
    watch.isElsewhere = isAbroad(change);
    watch.wasElsewhere ||= watch.isElsewhere;
    await this.restart();
  }

  /** Another configuration is there, which is read once all are at rest. */
  ask(change: Change): void {
    const { box, world } = this.#played.lab;
    const { clock } = world;
    this.#asked?.stop();
    this.#asked = new ReloadWhenIdle({
      nowMs: () => clock.nowMs(),
      later: (run, ms) => {
        const timer = clock.at(clock.nowMs() + ms, run);
        return () => timer.cancel();
      },
      status: () => box.status(),
      problems: async () => [],
      reload: () => {
        this.#due = change;
      },
      tell: (text) => this.#played.watch.fault(text),
    });
    this.#asked.changed();
  }

  /** Nothing is changed any more, and what was is as at first. */
  async back(): Promise<void> {
    const { lab, stage, watch } = this.#played;
    this.#asked?.stop();
    if (!this.#isChanged) return;
    lab.configure(configOf(stage));
    await this.restart();
    watch.isElsewhere = false;
  }

  async #carryOut(): Promise<void> {
    const { lab, watch } = this.#played;
    const change = this.#due;
    this.#due = undefined;
    if (change === undefined) return;
    const busy = lab.box.status().filter(({ call }) => call === "talking");
    if (busy.length > 0) watch.fault("a configuration that could wait ends a call");
    await this.reload(change);
  }
}
