import type { SocketAddress } from "../../src/base/address.ts";
import type { EventPackage } from "../../src/sip/events/watch-types.ts";
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type MediaOffer,
} from "../../src/sip/sdp/offer-answer.ts";
import type { UaCommand, UaEvent } from "../../src/sip/user-agent-types.ts";
import type { SipRequest } from "../../src/sip/wire/message.ts";

/** What the cases' telephones tell of: presence, as the projects that they come from do. */
export const PRESENCE: EventPackage = {
  name: "presence",
  contentType: "application/pidf+xml",
  expiresS: 3600,
  everyMs: 0,
};

const PRESENT = '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:phone@localhost"/>';

/** What a telephone that takes every call says it can do. */
export function mediaOf(local: SocketAddress): MediaOffer {
  return {
    local,
    sessionId: "1",
    version: 1,
    codecs: [
      { name: "PCMU", payloadType: 0, clockRateHz: 8000 },
      { name: "PCMA", payloadType: 8, clockRateHz: 8000 },
      { name: "G726-32", payloadType: 2, clockRateHz: 8000 },
    ],
    telephoneEventPayloadType: 101,
    ptimeMs: 20,
    direction: "sendrecv",
  };
}

/** The body of ours that a re-INVITE offers once more: the same streams, one version on. */
export function reofferOf(body: string): string {
  return body.replace(/^(o=\S+ \S+ )(\d+)/m, (_all, origin: string, version: string) => {
    return `${origin}${Number(version) + 1}`;
  });
}

/**
 * The thinnest layer above a user agent: every call is answered at once, every request that is
 * served gets 200, an answer that will not do ends the call, as one that lacks does.
 */
export class AutoAnswer {
  readonly #media: MediaOffer;
  /** Sessions that wait for the answer to an offer of ours in a 2xx. */
  readonly #offered = new Set<string>();
  /** What calls are answered with where the offer will do, one after the other. */
  readonly #statuses: readonly number[];

  constructor(media: MediaOffer, statuses: readonly number[] = [200]) {
    this.#media = media;
    this.#statuses = statuses;
  }

  /** What is to be done about an event. */
  react(event: UaEvent): readonly UaCommand[] {
    switch (event.kind) {
      case "incoming":
        return this.#statuses.map((status) =>
          this.#answer(event.session, event.request.body, status),
        );
      case "reoffered":
        return [this.#answer(event.session, event.body ?? "", 200)];
      case "watched":
        return [{ kind: "tell", watch: event.watch, document: { body: PRESENT } }];
      case "request":
        return [this.#reply(event.request, event.message)];
      case "confirmed":
        return this.#offered.delete(event.session) ? this.#check(event.session, event.body) : [];
      case "progress":
        return event.body === undefined ? [] : this.#check(event.session, event.body);
      case "answered":
        return this.#check(event.session, event.body);
      default:
        return [];
    }
  }

  #answer(session: string, offer: string, status: number): UaCommand {
    if (offer === "") {
      if (status >= 200) this.#offered.add(session);
      return { kind: "respond", session, status, body: createOffer(this.#media) };
    }
    const answer = answerOffer(offer, this.#media);
    if (answer.ok) return { kind: "respond", session, status, body: answer.value.body };
    return { kind: "respond", session, status: answer.error.kind === "bad-sdp" ? 400 : 488 };
  }

  /** A PRACK or UPDATE may bring an offer. */
  #reply(request: string, { method, body }: SipRequest): UaCommand {
    if ((method !== "PRACK" && method !== "UPDATE") || body === "") {
      return { kind: "reply", request, status: 200 };
    }
    const answer = answerOffer(body, this.#media);
    if (!answer.ok) return { kind: "reply", request, status: 488 };
    const headers = [{ name: "content-type", value: "application/sdp" }];
    return { kind: "reply", request, status: 200, headers, body: answer.value.body };
  }

  #check(session: string, answer: string | undefined): readonly UaCommand[] {
    if (answer !== undefined && acceptAnswer(answer, this.#media).ok) return [];
    return [{ kind: "end", session }];
  }
}
