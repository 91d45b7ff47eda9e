import type { SoundLevel } from "../../base/line-messages.ts";
import type { SimTold } from "../../base/sim-messages.ts";
import { choiceWords, diversionWords } from "../../call/index.ts";
import type { BoxEvent, LineStatus } from "../../gateway/control/box-events.ts";

const TONES: Readonly<Record<string, string>> = {
  "dial-tone": "dial tone",
  "stutter-dial-tone": "stutter dial tone",
  ringback: "the far bell ringing (ringback)",
  busy: "busy tone",
  reorder: "reorder tone (the call cannot be made)",
  howler: "the howler (the receiver is off the hook)",
  milliwatt: "the 1004 Hz test tone",
};

/** Answers of a registrar that does not know the account, or not with this password. */
const REFUSED = /^(401|403|404|407)\b/;

/** What a telephone's person sees or hears, as a sentence; undefined where it is not worth one. */
export function tellPhone(told: SimTold): string | undefined {
  if (told.kind === "refused") return `phone ${told.line}: ${told.reason}`;
  if (told.kind !== "phone") return undefined;
  const phone = `phone ${told.line}`;
  const seen = told.observed;
  switch (seen.kind) {
    case "ringing-started":
      return `${phone} rings`;
    case "ringing-stopped":
      return undefined;
    case "caller-id": {
      const shown = [seen.number, seen.name].filter((part) => part !== undefined).join(" ");
      return `${phone}: its display shows ${shown === "" ? "no number" : shown}`;
    }
    case "caller-id-bad":
      return `${phone}: its display got a garbled caller ID and shows nothing`;
    case "tone":
      return `${phone} hears ${TONES[seen.name] ?? seen.name}`;
    case "tone-ended":
      return undefined;
    case "dialed":
      return `${phone} has dialled ${seen.digits}`;
    case "said":
      return `${phone} has finished speaking`;
    case "line-dead":
      return `${phone}: the line goes dead for a moment`;
    case "line-back":
      return undefined;
  }
}

/** Where a line stands, and how loud its call is, as a sentence. */
export function tellLine(status: LineStatus): string {
  const { line, user, hook, call, registration, server, hardware, levels, mos, xruns } = status;
  const registered =
    registration === "registered" ? `registered at ${server}` : `not registered at ${server}`;
  const broken = hardware === "ready" ? "" : `, hardware ${hardware}`;
  const loud =
    levels === undefined
      ? ""
      : `; says ${spoken(levels.said)}, hears ${spoken(levels.heard)} of late`;
  const heard = mos === undefined ? "" : `; the far end is heard at MOS ${mos.toFixed(1)}`;
  const lost =
    xruns === undefined
      ? ""
      : `; its sound broke off ${xruns.count === 1 ? "once" : `${xruns.count} times`}`;
  const wishes = [
    status.diversions && diversionWords(status.diversions),
    status.choices && choiceWords(status.choices),
  ];
  const said = wishes.flatMap((words) => (words === undefined ? [] : [`, ${words}`])).join("");
  const stands = `line ${line} (${user}): ${hook}, ${call}, ${registered}${said}${broken}`;
  return `${stands}${loud}${heard}${lost}`;
}

function spoken({ activeDbm0 }: SoundLevel): string {
  return activeDbm0 === undefined ? "nothing" : `${Math.round(activeDbm0)} dBm0`;
}

/**
 * Whether an event may be written into a log: single keys are not, they may be those of a PIN, this
 * box's or a bank's.
 */
export function isLoggable(event: BoxEvent): boolean {
  return event.kind !== "line" || event.event.kind !== "digit";
}

/** What the box does or notices, as a sentence; undefined where the telephone tells it better. */
export function tellBox(event: BoxEvent): string | undefined {
  switch (event.kind) {
    case "line-failed":
      return `line ${event.line} is out of order: ${event.reason}`;
    case "registered":
      return `line ${event.line} is registered as ${event.user} at ${event.server}`;
    case "registration-failed": {
      const again =
        event.retryMs === undefined
          ? ""
          : `; trying again in ${Math.round(event.retryMs / 1000)} s`;
      const advice = REFUSED.test(event.reason) ? " (check its number and password)" : "";
      return (
        `line ${event.line} could not register at ${event.server}: ` +
        `${event.reason}${advice}${again}`
      );
    }
    case "unregistered":
      return `line ${event.line} is no longer registered`;
    case "record": {
      const { record } = event;
      const with_ = record.direction === "out" ? `to ${record.to}` : `from ${record.from}`;
      const seconds = (record.durationMs / 1000).toFixed(1);
      const talk = record.result === "answered" ? `, ${seconds} s` : "";
      return `line ${record.line}: call ${with_}: ${record.result}${talk}`;
    }
    case "diversions": {
      const words = diversionWords(event.diversions) ?? "takes calls as they come";
      return `line ${event.line} ${words}`;
    }
    case "choices":
      return `line ${event.line} has ${choiceWords(event.choices) ?? "nothing chosen"}`;
    case "fatal":
      return `the line hardware's part of the program failed: ${event.reason}`;
    case "line": {
      const { line, event: happened } = event;
      if (happened.kind === "fault") {
        return `line ${line} has a fault: ${happened.fault.what} (${happened.fault.advice})`;
      }
      if (happened.kind === "recovered") return `line ${line} works again`;
      if (happened.kind === "digit") return `line ${line}: digit ${happened.digit}`;
      if (happened.kind === "hook-flash") return `line ${line}: hook flash`;
      return undefined;
    }
    default:
      return undefined;
  }
}
