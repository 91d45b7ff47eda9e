import { type Core, earliestMs } from "../base/core.ts";
import type { LineEvent } from "../base/line-messages.ts";
import { createDigitCollector } from "../fxs/index.ts";
import type { UaEvent } from "../sip/index.ts";
import { accountRequest } from "./account-requests.ts";
import { afterCallStep } from "./after-call.ts";
import { CallBacks, callBackStep, unreachedBy } from "./call-back.ts";
import { callRecord, WaitingRecords } from "./call-record.ts";
import {
  type CallContext,
  type CallState,
  type FinishedCall,
  logOf,
  type Step,
  toMedia,
  toUa,
} from "./call-state.ts";
import type { CallConfig, CallInput, CallOutput, CallRecord } from "./call-types.ts";
import { costAsked, costTold } from "./charging.ts";
import { dialingStep, startLifted } from "./dialing.ts";
import { dialledMap } from "./dialled-map.ts";
import { menuStep } from "./flash.ts";
import { inCallRequest } from "./in-call-requests.ts";
import { answeringStep, preparingStep, ringingStep, startIncoming } from "./incoming.ts";
import { callOf, faultedStep, interruptStep } from "./interrupts.ts";
import { type Mailbox, type MailboxStep, mailboxStep } from "./mailbox.ts";
import { outgoingStep } from "./outgoing.ts";
import { OwnDialogs } from "./own-dialogs.ts";
import { type Choices, NO_CHOICES } from "./policy/choices.ts";
import { NOT_DIVERTED } from "./policy/diversions.ts";
import { NO_TRIES } from "./policy/lock.ts";
import { QualityReports } from "./quality-reports.ts";
import { recallStep } from "./recall.ts";
import { withReferral } from "./referred.ts";
import { isOfDigit } from "./relayed-digits.ts";
import { sessionUpdate } from "./session-update.ts";
import { sideDeadlines, sideMediaStep, sideTimeoutStep, sideUaStep } from "./side-step.ts";
import { talkingDueMs, talkingStep } from "./talking.ts";

/**
 * How long after a call for help calls come in whatever else is set, ms: who answers such calls may
 * call back. As long as that is thought to take; no source says how long.
 */
const HELP_MS = 3_600_000;

/** What a person at one line can do. */
export interface CallControl extends Core<CallInput, CallOutput> {
  /** What goes on at the line now, for whoever displays it. */
  readonly state: CallState;
}

/**
 * Call control of one line: {@link CallState} has the figure.
 * @throws InvariantError where `digitMap` or an emergency number is refused by `parseDigitMap`
 */
export function createCallControl(config: CallConfig): CallControl {
  return new LineCallControl(config);
}

class LineCallControl implements CallControl {
  #context: CallContext;
  #state: CallState = { kind: "idle" };
  readonly #records = new WaitingRecords();
  #mailbox: Mailbox = { isAsked: false };
  readonly #dialogs = new OwnDialogs();
  readonly #reports = new QualityReports();
  readonly #callBacks = new CallBacks();

  constructor(config: CallConfig) {
    const { choices = NO_CHOICES } = config;
    this.#context = {
      config,
      choices,
      pinTries: NO_TRIES,
      collector: collectorOf(config, choices),
      registration: undefined,
      side: [],
      messagesWait: false,
      diversions: config.diversions ?? NOT_DIVERTED,
      isOffHook: false,
    };
  }

  get state(): CallState {
    return this.#state;
  }

  deadlineMs(): number | undefined {
    const state = this.#state;
    return earliestMs(
      "untilMs" in state ? state.untilMs : undefined,
      talkingDueMs(this.#context, state),
      this.#context.collector.deadlineMs(),
      this.#records.deadlineMs(),
      this.#callBacks.deadlineMs(),
      ...sideDeadlines(this.#context.side),
    );
  }

  handle(input: CallInput, nowMs: number): readonly CallOutput[] {
    const watched =
      input.kind === "ua" ? this.#dialogs.step(this.#context, this.#state, input.event) : undefined;
    if (watched !== undefined) return watched;
    const reported = input.kind === "ua" ? this.#reports.answered(this.#context, input.event) : [];
    const outputs = [...this.#handle(input, nowMs), ...this.#callBack(input, nowMs)];
    const news = this.#dialogs.news(this.#context, this.#state);
    return news.length + reported.length === 0 ? outputs : [...reported, ...outputs, ...news];
  }

  /** Whom the line waits for, and the bell when that one is free. */
  #callBack(input: CallInput, nowMs: number): readonly CallOutput[] {
    const outputs = this.#callBacks.step(this.#context, input, nowMs);
    const due = this.#callBacks.due(this.#context, this.#state, nowMs);
    return due === undefined ? outputs : [...outputs, ...this.#take(due, nowMs)];
  }

  #handle(input: CallInput, nowMs: number): readonly CallOutput[] {
    const recorded = this.#recorded(input, nowMs);
    if (input.kind === "line") this.#noteHook(input.event.kind);
    if (input.kind === "ua") this.#noteRegistration(input);
    const mailbox = mailboxStep(this.#context, this.#mailbox, input);
    if (mailbox !== undefined) return [...recorded, ...this.#takeMailbox(mailbox)];
    if (input.kind === "ua" && input.event.kind === "request") {
      if (input.event.session === undefined) {
        return [...recorded, ...this.#accountRequest(input.event)];
      }
    }
    const step = this.#step(input, nowMs);
    if (step === undefined) return recorded;
    const whole = withReferral(this.#context, this.#state, step);
    return [...recorded, ...this.#take(whole, nowMs)];
  }

  #step(input: CallInput, nowMs: number): Step | undefined {
    const context = this.#context;
    const state = this.#state;
    const beside = besideStep(context, state, input, nowMs);
    if (beside !== undefined) return beside;
    const step = isStranger(state, input)
      ? undefined
      : (interruptStep(context, state, input, nowMs) ?? featureStep(context, state, input, nowMs));
    return step ?? unserved(context, state, input);
  }

  /** A line that works again starts on the hook: a receiver that is lifted will say so itself. */
  #noteHook(kind: LineEvent["kind"]): void {
    const isLifted = kind === "off-hook" || kind === "ring-trip";
    const isHungUp = kind === "on-hook" || kind === "recovered";
    if (isLifted === this.#context.isOffHook || !(isLifted || isHungUp)) return;
    this.#context = { ...this.#context, isOffHook: isLifted };
  }

  #takeMailbox(step: MailboxStep): readonly CallOutput[] {
    this.#mailbox = step.mailbox;
    const { messagesWait } = step;
    if (messagesWait !== undefined) this.#context = { ...this.#context, messagesWait };
    return step.outputs;
  }

  #accountRequest(event: Extract<UaEvent, { kind: "request" }>): readonly CallOutput[] {
    const { outputs, messagesWait } = accountRequest(this.#context, event);
    if (messagesWait !== undefined) this.#context = { ...this.#context, messagesWait };
    return outputs;
  }

  /** Records whose media has now told its figures, whose cost is known, or whose time is over. */
  #recorded(input: CallInput, nowMs: number): readonly CallOutput[] {
    if (input.kind === "timeout") return this.#records.expire(nowMs).map(recordOutput);
    if (input.kind === "ua") {
      const told = costTold(input.event);
      if (told === undefined) return [];
      return this.#records.completeCost(told.call, told.charge).map(recordOutput);
    }
    if (input.kind !== "media") return [];
    const { event } = input;
    if (event.kind === "closed") {
      return [
        ...this.#records.complete(event.session, event.stats).map(recordOutput),
        ...this.#reports.complete(this.#context, event.session, event.stats),
      ];
    }
    if (event.kind === "quality") {
      const beside = this.#context.side.map(({ call }) => call);
      const call = [callOf(this.#state), ...beside].find((one) => one?.id === event.session);
      if (call === undefined) return [];
      return this.#reports.during(this.#context, call, event.stats, nowMs);
    }
    if (event.kind !== "open-failed") return [];
    return this.#records.complete(event.session, undefined).map(recordOutput);
  }

  #noteRegistration(input: Extract<CallInput, { kind: "ua" }>): void {
    if (!("account" in input.event)) return;
    if (input.event.account !== this.#context.config.account.id) return;
    switch (input.event.kind) {
      case "registered":
        this.#context = { ...this.#context, registration: "registered" };
        break;
      case "registration-failed":
      case "unregistered":
        this.#context = { ...this.#context, registration: "lost" };
        break;
      default:
        break;
    }
  }

  #take(step: Step, nowMs: number): readonly CallOutput[] {
    this.#state = step.state;
    if (step.side !== undefined) this.#context = { ...this.#context, side: step.side };
    const all = [
      ...(step.finished === undefined ? [] : [step.finished]),
      ...(step.alsoFinished ?? []),
    ];
    const asked = step.outputs.map(costAsked);
    const { callsBack } = step;
    if (callOf(step.state)?.emergency === true || all.some(({ call }) => call.emergency)) {
      this.#context = { ...this.#context, helpUntilMs: nowMs + HELP_MS };
    }
    return [
      ...step.outputs,
      ...this.#divert(step),
      ...this.#choose(step),
      ...(callsBack === undefined ? [] : this.#callBacks.ask(this.#context, callsBack, nowMs)),
      ...all.flatMap((one) => this.#finish(one, asked.includes(one.call.id), nowMs)),
    ];
  }

  /** Keeps what is done with who calls, and tells it. */
  #divert({ diversions }: Step): readonly CallOutput[] {
    if (diversions === undefined) return [];
    this.#context = { ...this.#context, diversions };
    return [{ kind: "diversions", diversions }];
  }

  /** Keeps what the user has dialled and chosen, and tells of that. Nothing is collected then. */
  #choose({ choices, dialled, pinTries }: Step): readonly CallOutput[] {
    if (pinTries !== undefined) this.#context = { ...this.#context, pinTries };
    if (dialled !== undefined) this.#context = { ...this.#context, lastDialled: dialled };
    if (choices === undefined) return [];
    const collector = collectorOf(this.#context.config, choices);
    this.#context = { ...this.#context, choices, collector };
    return [{ kind: "choices", choices }];
  }

  /** Whom codes call again: who called, unless that was refused; whom we did not reach. */
  #noteParty(finished: FinishedCall, nowMs: number): void {
    const { direction, callerNumber: number } = finished.call;
    if (direction === "in") {
      const lastCaller = number === undefined ? {} : { number };
      if (finished.result !== "failed") this.#context = { ...this.#context, lastCaller };
      return;
    }
    const { unreached: _, ...context } = this.#context;
    const unreached = unreachedBy(context, finished, nowMs);
    this.#context = unreached === undefined ? context : { ...context, unreached };
  }

  #finish(finished: FinishedCall, awaitsCost: boolean, nowMs: number): readonly CallOutput[] {
    const record = callRecord(this.#context.config, finished, nowMs);
    this.#reports.note(this.#context, finished, nowMs);
    this.#noteParty(finished, nowMs);
    if (!finished.hasMedia) return [recordOutput(record)];
    return [
      toMedia({ kind: "close", session: finished.call.id }),
      ...this.#records.add(record, nowMs, awaitsCost).map(recordOutput),
    ];
  }
}

/** Collects what may be dialled with these choices. */
function collectorOf(config: CallConfig, choices: Choices): CallContext["collector"] {
  const { firstDigitMs, interDigitMs } = config.timers;
  const digitMap = dialledMap(config, choices);
  return createDigitCollector({ digitMap, firstDigitMs, interDigitMs, completeMs: interDigitMs });
}

const recordOutput = (record: CallRecord): CallOutput => ({ kind: "record", record });

/** A request that no feature waits for is answered all the same. */
function unserved(context: CallContext, state: CallState, input: CallInput): Step | undefined {
  if (input.kind === "ua" && input.event.kind === "watched") {
    const { watch } = input.event;
    return { state, outputs: [toUa({ kind: "refuse-watch", watch, status: 603 })] };
  }
  if (input.kind !== "ua" || input.event.kind !== "request") return undefined;
  const { request, session } = input.event;
  const call = callOf(state);
  const outputs =
    call === undefined || call.session !== session
      ? [toUa({ kind: "reply", request, status: 481 })]
      : inCallRequest(context, call, input.event);
  return { state, outputs };
}

/** What happens beside the call that the handset is at; `undefined` where nothing does. */
function besideStep(
  context: CallContext,
  state: CallState,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  switch (input.kind) {
    case "ua":
      return sideUaStep(context, state, input.event, nowMs);
    case "media":
      return sideMediaStep(context, state, input.event, nowMs);
    case "timeout":
      return sideTimeoutStep(context, state, nowMs);
    case "line":
    case "stop":
      return undefined;
  }
}

/** An event of a session that is not the present call's: it comes late, and means nothing now. */
function isStranger(state: CallState, input: CallInput): boolean {
  const call = callOf(state);
  if (input.kind === "media") return input.event.session !== call?.id;
  if (input.kind !== "ua" || input.event.kind === "incoming") return false;
  if (input.event.kind === "response") return call === undefined || !isOfDigit(call, input.event);
  return !("session" in input.event) || input.event.session !== call?.session;
}

function featureStep(
  context: CallContext,
  state: CallState,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  switch (state.kind) {
    case "idle":
      return idleStep(context, input, nowMs);
    case "dialing":
      return dialingStep(context, state, input, nowMs);
    case "calling":
    case "ringback":
      return outgoingStep(context, state, input, nowMs);
    case "menu":
      return menuStep(context, state, input, nowMs) ?? upStep(context, state, input);
    case "recall":
      return recallStep(context, state, input, nowMs) ?? upStep(context, state, input);
    case "call-back":
      return callBackStep(context, state, input, nowMs);
    case "talking":
      return talkingStep(context, state, input, nowMs);
    case "preparing":
      return preparingStep(context, state, input, nowMs);
    case "ringing":
      return ringingStep(context, state, input, nowMs);
    case "answering":
      return answeringStep(context, state, input, nowMs);
    case "open-loop":
    case "tone":
    case "howler":
      return afterCallStep(context, state, input, nowMs);
    case "locked-out":
    case "stopped":
      return undefined;
    case "faulted":
      return faultedStep(context, state, input);
  }
}

/** What happens in a call that is up while the handset is at something else. */
function upStep(
  context: CallContext,
  state: Extract<CallState, { kind: "menu" | "recall" }>,
  input: CallInput,
): Step | undefined {
  if (input.kind !== "ua") return undefined;
  if (input.event.kind === "request") {
    return { state, outputs: inCallRequest(context, state.call, input.event) };
  }
  const update = sessionUpdate(context, state.call, input.event);
  return update && { state: { ...state, call: update.call }, outputs: update.outputs };
}

/** A line at rest: who lifts gets dial tone, who calls makes it ring. */
function idleStep(context: CallContext, input: CallInput, nowMs: number): Step | undefined {
  if (input.kind === "ua" && input.event.kind === "incoming") {
    return startIncoming(context, input.event, nowMs);
  }
  if (input.kind !== "line") return undefined;
  switch (input.event.kind) {
    case "off-hook":
    case "ring-trip": {
      if (context.config.autoAnswer !== undefined) {
        const text = "The device listens: calls are answered by themselves.";
        return { state: { kind: "idle" }, outputs: [logOf(context, "info", text)] };
      }
      const lifted = startLifted(context, nowMs);
      return { ...lifted, outputs: [...lifted.outputs, logOf(context, "debug", "Off the hook.")] };
    }
    default:
      return undefined;
  }
}
