import type { Bench } from "../../hw-sim/bench/bench.ts";
import { AlarmPanel, AlarmReceiver } from "../../hw-sim/phones/machines/alarm-panel.ts";
import { FaxMachine } from "../../hw-sim/phones/machines/fax-machine.ts";
import type { Phone } from "../../hw-sim/phones/phone.ts";
import { type FaxFiles, hasPages, plugPage } from "./fax-pages.ts";
import type { MachineAct } from "./story.ts";

/** Lines from here on have machines beside them: the last call of a story is between others. */
const FIRST_LINE = 3;
/** A machine lets it ring for so long, ms. */
const LIFTS_AFTER_MS = 500;
/** What a panel reports: account, kind, event, group and zone of Contact ID. */
const REPORT = "123418113001015";

/** Machines that are plugged in beside telephones, and all unplugged again. */
export class Machines {
  readonly #lab: Bench;
  readonly #files: FaxFiles;
  readonly #leave: (() => void)[] = [];

  constructor(lab: Bench, files: FaxFiles) {
    this.#lab = lab;
    this.#files = files;
  }

  /** A machine begins at a line; lines that machines do not share have none. */
  begins({ machine, line }: MachineAct): void {
    const person = this.#lab.phones[line - 1];
    if (person === undefined || line < FIRST_LINE) return;
    const phone = this.#shared(person.phone);
    const { clock } = this.#lab.world;
    switch (machine) {
      case "alarm-panel":
        new AlarmPanel(phone, clock).tell(REPORT);
        return;
      case "alarm-receiver":
        new AlarmReceiver(phone, clock);
        return;
      case "fax-answers":
        new FaxMachine(phone, clock);
        return;
      case "fax-calls": {
        const fax = new FaxMachine(phone, clock);
        fax.startCalling();
        this.#leave.push(() => fax.hang());
        return;
      }
      case "fax-sends":
        if (hasPages && phone.isOffHook) plugPage(phone, this.#files, "sends");
        return;
      case "fax-receives":
        if (hasPages) this.#receives(phone);
    }
  }

  /** A machine lifts where it rings, and takes a page. */
  #receives(phone: Phone): void {
    const { at, nowMs } = this.#lab.world.clock;
    const lift = (): void => {
      if (phone.isOffHook) return;
      phone.lift();
      plugPage(phone, this.#files, "receives");
    };
    phone.onObservation(({ kind }) => {
      if (kind === "ringing-started") at(nowMs() + LIFTS_AFTER_MS, lift);
    });
  }

  /** From now on people alone are at the telephones. */
  unplug(): void {
    // What was begun last goes first: a machine hangs up while it still has its telephone.
    for (const leave of this.#leave.splice(0).reverse()) leave();
  }

  /** A telephone as a machine beside it has it: once unplugged it hears and does nothing. */
  #shared(phone: Phone): Phone {
    let isThere = true;
    const noted = (stop: () => void): (() => void) => {
      this.#leave.push(stop);
      return stop;
    };
    this.#leave.push(() => {
      isThere = false;
    });
    return new Proxy(phone, {
      get(_, name) {
        if (name === "onObservation" || name === "onHeard") {
          return (told: never) => noted(phone[name](told));
        }
        const value: unknown = Reflect.get(phone, name, phone);
        if (typeof value !== "function") return value;
        return (...words: readonly unknown[]) =>
          isThere ? Reflect.apply(value, phone, words) : undefined;
      },
    });
  }
}
