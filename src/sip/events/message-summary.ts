import type { EventPackage, WatchDocument } from "./watch-types.ts";

/** What a mailbox holds, as far as it was told. Counts are of messages. @see RFC 3842 §5.2 */
export interface MessageSummary {
  readonly waiting: boolean;
  /** Of voice messages; absent where they were not counted. */
  readonly newVoice?: number;
  readonly oldVoice?: number;
}

/** The event package. @see RFC 3842 §3.1 */
export const MESSAGE_SUMMARY = "message-summary";

/** The body type of its notifications. */
export const SIMPLE_MESSAGE_SUMMARY = "application/simple-message-summary";

/** The same, as it is told to others. @see RFC 3842 §3.4, §3.11 */
export const MESSAGE_SUMMARY_EVENT = {
  name: MESSAGE_SUMMARY,
  contentType: SIMPLE_MESSAGE_SUMMARY,
  expiresS: 3600,
  everyMs: 1_000,
} as const satisfies EventPackage;

/** Lines of a body that are looked at. */
const LINES_MAX = 64;

/** Reads a notification's body; `undefined` where it does not say whether messages wait. */
export function parseMessageSummary(body: string): MessageSummary | undefined {
  let waiting: boolean | undefined;
  let counts: Pick<MessageSummary, "newVoice" | "oldVoice"> = {};
  for (const line of body.split(/\r?\n/, LINES_MAX)) {
    const colon = line.indexOf(":");
    if (colon === -1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line
      .slice(colon + 1)
      .trim()
      .toLowerCase();
    if (name === "messages-waiting" && waiting === undefined) {
      if (value === "yes" || value === "no") waiting = value === "yes";
    }
    const numbers = name === "voice-message" ? /^(\d{1,9})\s*\/\s*(\d{1,9})/.exec(value) : null;
    if (numbers !== null) counts = { newVoice: Number(numbers[1]), oldVoice: Number(numbers[2]) };
  }
  return waiting === undefined ? undefined : { waiting, ...counts };
}

/** What a mailbox holds, as a notification tells it. @see RFC 3842 §5.2 */
export function messageSummary(account: string, summary: MessageSummary): WatchDocument {
  const { waiting, newVoice, oldVoice = 0 } = summary;
  const lines = [
    `Messages-Waiting: ${waiting ? "yes" : "no"}`,
    `Message-Account: ${account}`,
    ...(newVoice === undefined ? [] : [`Voice-Message: ${newVoice}/${oldVoice}`]),
  ];
  return { body: lines.map((line) => `${line}\r\n`).join("") };
}
