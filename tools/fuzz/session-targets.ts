import { latin1FromBytes } from "../../src/base/bytes.ts";
import { isAnsweredElsewhere } from "../../src/call/policy/answered-elsewhere.ts";
import { forwardedBy } from "../../src/call/policy/forwarded-by.ts";
import { parseSignal } from "../../src/call/policy/info-signal.ts";
import { parseSessionId } from "../../src/sip/dialog/session-id.ts";
import { parseMessageSummary } from "../../src/sip/events/message-summary.ts";
import {
  parseRefer,
  parseSipfrag,
  parseSubscriptionState,
  withReferHost,
} from "../../src/sip/session/refer.ts";
import { parseRAck } from "../../src/sip/session/reliable.ts";
import { parseReplaces, printReplaces } from "../../src/sip/session/replaces.ts";
import { parseSessionExpires } from "../../src/sip/session/session-timer.ts";
import type { SipRequest } from "../../src/sip/wire/message.ts";
import { type FuzzTarget, promise, seedsOf } from "./target.ts";

function requestWith(name: string, value: string): SipRequest {
  return { kind: "request", method: "REFER", uri: "sip:a@b", headers: [{ name, value }], body: "" };
}

/** A value in a line of its own, as the message parser hands it on. */
const lineOf = (bytes: Uint8Array): string => latin1FromBytes(bytes).replace(/[\r\n]/g, " ");

/** Everything that reads what transfers, timers and events say. */
export function sessionTargets(): readonly FuzzTarget[] {
  return [
    {
      name: "refer",
      seeds: seedsOf(
        "<sip:103@example.org?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=x>",
        '"C" <sip:c@h:5060;transport=tcp;method=INVITE>;x=1',
      ),
      vectors: ["sip"],
      run: (bytes) => {
        const value = lineOf(bytes);
        const parsed = parseRefer(requestWith("refer-to", value));
        if (parsed.ok) {
          const isOneLine = parsed.value.headers.every((header) => !/[\r\n]/.test(header.value));
          promise(isOneLine, "a header field of a Refer-To stays in its line");
          promise(!/[\r\n<>]/.test(parsed.value.uriText), "a Refer-To stays a URI");
        }
        withReferHost(value, "example.org");
        forwardedBy(requestWith("diversion", value));
        forwardedBy(requestWith("history-info", value));
      },
    },
    {
      name: "replaces",
      seeds: seedsOf("a@b;to-tag=1;from-tag=2;early-only"),
      vectors: ["sip"],
      run: (bytes) => {
        const parsed = parseReplaces(lineOf(bytes));
        if (!parsed.ok) return;
        const again = parseReplaces(printReplaces(parsed.value));
        promise(again.ok && again.value.toTag === parsed.value.toTag, "Replaces is read again");
      },
    },
    ...plainTargets(),
  ];
}

/** Numbers, words and bodies. */
function plainTargets(): readonly FuzzTarget[] {
  return [
    {
      name: "session-values",
      seeds: seedsOf(
        "1800;refresher=uac",
        "776656 1 INVITE",
        "terminated;reason=probation;retry-after=9",
        "SIP;cause=200;text=x",
        "47755a9de7794ba387653f2099600ef2;remote=f81d4fae7dec11d0a76500a0c91e6bf6",
      ),
      vectors: ["sip"],
      run: (bytes) => {
        const value = lineOf(bytes);
        const expires = parseSessionExpires(value);
        promise(expires === undefined || expires.expiresS >= 0, "an interval is a number");
        parseRAck(value);
        parseSubscriptionState(value);
        isAnsweredElsewhere(requestWith("reason", value));
        const id = parseSessionId(value);
        promise(id === undefined || /^[0-9a-f]{32}$/i.test(id.local), "a session has its number");
      },
    },
    {
      name: "notify-bodies",
      seeds: seedsOf(
        "Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n",
        "SIP/2.0 180 Ringing\r\n",
        "Signal=5\r\nDuration=160\r\n",
      ),
      vectors: ["sip"],
      run: (bytes) => {
        const body = latin1FromBytes(bytes);
        parseMessageSummary(body);
        for (const type of ["application/dtmf", "application/dtmf-relay"]) {
          parseSignal({ ...requestWith("content-type", type), body });
        }
        const status = parseSipfrag(body);
        promise(status === undefined || (status >= 100 && status <= 699), "a status is one");
      },
    },
  ];
}
