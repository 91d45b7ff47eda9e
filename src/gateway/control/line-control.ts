import type { LineCommand, LineEvent, LineId, WallMinute } from "../../base/line-messages.ts";
import type { LogEvent } from "../../base/log-event.ts";
import type { MediaCommand, MediaEvent } from "../../base/media-messages.ts";
import type { PortFault } from "../../base/port-fault.ts";
import {
  type CallControl,
  type CallInput,
  type CallOutput,
  type CallRecord,
  type Choices,
  createCallControl,
  type Diversions,
  NO_CHOICES,
  NOT_DIVERTED,
  sameChoices,
  sameDiversions,
  type WallTime,
} from "../../call/index.ts";
import type { Clock, Timer } from "../../hal/ports/clock.ts";
import type { SipAddress, UaCommand, UaEvent } from "../../sip/index.ts";
import { CoreRunner } from "../core-runner.ts";
import type { RunQueue } from "../run-queue.ts";
import type { BoxEvent, LineStatus } from "./box-events.ts";
import type { ChoiceKeeper } from "./choice-keeper.ts";
import type { ControlLineConfig } from "./control-config.ts";
import type { DiversionKeeper } from "./diversion-keeper.ts";
import type { LineAccounts } from "./line-accounts.ts";

/** Where a line's call control sends what it wants done. */
export interface LineControlSinks {
  line(line: LineId, command: LineCommand): void;
  ua(owner: LineControl, command: UaCommand): void;
  media(owner: LineControl, command: MediaCommand): void;
  record(record: CallRecord): void;
  tell(event: BoxEvent): void;
  log(event: LogEvent): void;
  /** Whether what comes from there comes from a server that one of those accounts registers at. */
  isServerOf(accounts: readonly string[], source: SipAddress): boolean;
}

/** What users have said at their telephones, kept over restarts. */
export interface Keepers {
  readonly diversions: DiversionKeeper;
  readonly choices: ChoiceKeeper;
}

/** What a line needs from outside. */
export interface LineControlPorts {
  readonly clock: Clock;
  readonly createToken: () => string;
  readonly wallTime: (nowMs: number) => WallTime;
  readonly keepers: Keepers;
}

/** One line in the control plane: its call control, its account, and where it stands. */
export class LineControl {
  readonly line: LineId;
  readonly accounts: LineAccounts;
  readonly #config: ControlLineConfig;
  readonly #call: CallControl;
  readonly #runner: CoreRunner<CallInput, CallOutput>;
  readonly #sinks: LineControlSinks;
  readonly #clock: Clock;
  #hardware: LineStatus["hardware"] = "opening";
  #hook: LineStatus["hook"] = "on-hook";
  #levels: LineStatus["levels"];
  /** How a session's far end was heard in the last seconds. */
  #heard: { readonly session: string; readonly mos: number } | undefined;
  #xruns: LineStatus["xruns"];
  readonly #wallTime: (nowMs: number) => WallTime;
  readonly #keepers: Keepers;
  /** As the configuration has them; then as they were changed at the telephone. */
  readonly #configured: { readonly diversions: Diversions; readonly choices: Choices };
  #diversions: Diversions;
  #choices: Choices;
  /** What the telephone's lamp was told last. */
  #lamp: { readonly waiting: boolean; readonly count?: number } | undefined;
  /** Whether a call that the line has made is answered. */
  #isAnswered = false;
  /** When the next metering pulse is due. */
  #meter: Timer | undefined;

  constructor(
    config: ControlLineConfig,
    accounts: LineAccounts,
    ports: LineControlPorts,
    queue: RunQueue,
    sinks: LineControlSinks,
  ) {
    this.line = config.line;
    this.accounts = accounts;
    this.#config = config;
    this.#sinks = sinks;
    this.#clock = ports.clock;
    this.#wallTime = ports.wallTime;
    const { user, domain, register } = config.account;
    this.#keepers = ports.keepers;
    const { diversions, choices } = ports.keepers;
    const { diversions: diverted = NOT_DIVERTED, choices: chosen = NO_CHOICES } = config.call;
    this.#configured = { diversions: diverted, choices: chosen };
    this.#diversions = diversions.of(user, diverted);
    this.#choices = choices.of(user, chosen);
    this.#call = createCallControl({
      ...config.call,
      diversions: this.#diversions,
      choices: this.#choices,
      line: config.line,
      account: { id: accounts.mainId, user, domain, register },
      wallTime: ports.wallTime,
      createToken: ports.createToken,
    });
    this.#runner = new CoreRunner(
      this.#call,
      ports.clock,
      queue,
      (output) => this.#carry(output),
      () => this.#supervise(),
    );
  }

  get user(): string {
    return this.#config.account.user;
  }

  get serverName(): string {
    return this.accounts.describe().server;
  }

  /** Adds the accounts, which begin to register. */
  register(): void {
    for (const command of this.accounts.adding()) this.#sinks.ua(this, command);
  }

  /** Ends what goes on; the line takes part in nothing more. */
  stop(): void {
    this.#runner.feed({ kind: "stop" });
  }

  /** Whether nothing is left to wait for once it was stopped: every record has been written. */
  get settled(): boolean {
    return this.#call.deadlineMs() === undefined;
  }

  unregister(): void {
    for (const command of this.accounts.removing()) this.#sinks.ua(this, command);
  }

  /** Its hardware is open. */
  ready(): void {
    this.#hardware = "ready";
    this.#showLamp();
  }

  /** Its hardware could not be opened: who calls it is told that it is not there. */
  failed(fault: PortFault): void {
    this.lineEvent({ kind: "fault", atMs: this.#clock.nowMs(), fault });
  }

  lineEvent(event: LineEvent): void {
    if (event.kind === "off-hook" || event.kind === "ring-trip") this.#hook = "off-hook";
    if (event.kind === "on-hook") this.#hook = "on-hook";
    if (event.kind === "on-hook" || event.kind === "hook-flash") this.#levels = undefined;
    if (event.kind === "level") this.#levels = { said: event.said, heard: event.heard };
    if (event.kind === "xruns") {
      const { count, lostMs } = this.#xruns ?? { count: 0, lostMs: 0 };
      this.#xruns = { count: count + event.count, lostMs: lostMs + event.lostMs };
      return;
    }
    if (event.kind === "fault") this.#hardware = "failed";
    if (event.kind === "recovered") {
      this.#hardware = "ready";
      // A receiver that is lifted will say so itself.
      this.#hook = "on-hook";
      this.#showLamp();
    }
    this.#runner.feed({ kind: "line", event });
  }

  /** Whether a request from there may be a call for this line: its server, nobody else. */
  trusts(source: SipAddress): boolean {
    return this.#sinks.isServerOf(this.accounts.ids, source);
  }

  uaEvent(event: UaEvent): void {
    const told = this.accounts.note(event);
    if (told !== undefined) this.#runner.feed({ kind: "ua", event: told });
  }

  mediaEvent(event: MediaEvent): void {
    const mos = event.kind === "quality" ? event.stats.recent?.mosConversational : undefined;
    if (mos !== undefined) this.#heard = { session: event.session, mos };
    this.#runner.feed({ kind: "media", event });
  }

  get registered(): boolean {
    return this.accounts.state === "registered";
  }

  status(): LineStatus {
    const { state } = this.#call;
    const talks = state.kind === "talking";
    const heard = talks && this.#heard?.session === state.call.id ? this.#heard : undefined;
    return {
      line: this.line,
      user: this.user,
      hardware: this.#hardware,
      hook: this.#hook,
      registration: this.accounts.state,
      server: this.serverName,
      call: state.kind,
      ...(sameDiversions(this.#diversions, NOT_DIVERTED) ? {} : { diversions: this.#diversions }),
      ...(sameChoices(this.#choices, NO_CHOICES) ? {} : { choices: this.#choices }),
      ...(this.#levels === undefined || !talks ? {} : { levels: this.#levels }),
      ...(heard === undefined ? {} : { mos: heard.mos }),
      ...(this.#xruns === undefined ? {} : { xruns: this.#xruns }),
    };
  }

  close(): void {
    this.#meter?.cancel();
    this.#runner.stop();
  }

  /**
   * Tells a coin box or a private exchange that the far end has answered, by the battery, and what
   * it costs, by metering pulses.
   */
  #supervise(): void {
    const { state } = this.#call;
    const call = "call" in state ? state.call : undefined;
    const isAnswered = call?.direction === "out" && call.answeredMs !== undefined;
    if (isAnswered === this.#isAnswered) return;
    this.#isAnswered = isAnswered;
    if (this.#config.answerReversal) {
      this.#sinks.line(this.line, { kind: "reverse-battery", reversed: isAnswered });
    }
    this.#meter?.cancel();
    this.#meter = undefined;
    if (isAnswered) this.#charge(this.#clock.nowMs());
  }

  /** A pulse now, and the next one in its time, which is counted from the answer on. */
  #charge(atMs: number): void {
    const { meteringEveryMs } = this.#config;
    if (meteringEveryMs === 0) return;
    this.#sinks.line(this.line, { kind: "metering", pulses: 1 });
    const nextMs = atMs + meteringEveryMs;
    this.#meter = this.#clock.at(nextMs, () => this.#charge(nextMs));
  }

  /** Lights the telephone's lamp, or puts it out; servers say the same again and again. */
  #tellLamp({ waiting, newVoice }: Extract<CallOutput, { kind: "mailbox" }>): void {
    const before = this.#lamp;
    if (before?.waiting === waiting && before.count === newVoice) return;
    this.#lamp = { waiting, ...(newVoice === undefined ? {} : { count: newVoice }) };
    this.#showLamp();
  }

  #showLamp(): void {
    if (this.#lamp === undefined) return;
    const time = this.#wallMinute();
    this.#sinks.line(this.line, { kind: "message-waiting", ...this.#lamp, time });
  }

  /** A text on the display, in the place of a caller's name. */
  #showText({ from, text }: Extract<CallOutput, { kind: "message" }>): void {
    if (this.#config.showsMessages !== true) return;
    const isNumber = /^\+?[0-9*#]{1,20}$/.test(from);
    const who = isNumber ? { number: from } : { absence: "unavailable" as const };
    const name = text.replace(/\s+/g, " ").trim();
    const callerId = { ...who, name, time: this.#wallMinute() };
    this.#sinks.line(this.line, { kind: "display", callerId });
  }

  #wallMinute(): WallMinute {
    const { month, day, hour, minute } = this.#wallTime(this.#clock.nowMs());
    return { month, day, hour, minute };
  }

  #carry(output: CallOutput): void {
    switch (output.kind) {
      case "line":
        this.#sinks.line(this.line, output.command);
        return;
      case "ua":
        this.#sinks.ua(this, this.accounts.through(output.command));
        return;
      case "media":
        this.#sinks.media(this, output.command);
        return;
      case "record":
        this.#sinks.record(output.record);
        return;
      case "diversions":
        this.#diversions = output.diversions;
        this.#keepers.diversions.keep(this.user, this.#configured.diversions, this.#diversions);
        this.#sinks.tell({ ...output, line: this.line });
        return;
      case "choices":
        this.#choices = output.choices;
        this.#keepers.choices.keep(this.user, this.#configured.choices, this.#choices);
        this.#sinks.tell({ ...output, line: this.line });
        return;
      case "mailbox":
        this.#tellLamp(output);
        this.#sinks.tell({ ...output, line: this.line });
        return;
      case "message":
        this.#showText(output);
        this.#sinks.tell({ ...output, line: this.line });
        return;
      case "check-sync":
        this.#sinks.tell({ ...output, line: this.line });
        return;
      case "log":
        this.#sinks.log(output.event);
        return;
    }
  }
}

/** Whether a line's SIP leaves the box: to its server, or straight to whom it calls. */
export function needsNetwork({ server, call }: ControlLineConfig): boolean {
  const isDirect = (call.featureCodes?.directCall ?? "") !== "";
  return isDirect || server.kind === "network" || server.transport === "udp";
}
