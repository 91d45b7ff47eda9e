import { headerValue } from "../../hw-sim/peers/sip-text.ts";
import { FAR_HOST } from "../support/far-end.ts";
import type { FarCall } from "./far-call.ts";
import { answersSoon, image, noise, ODD_CALLED, onceUp, soundsLikeFax } from "./far-odd-manners.ts";
import { statusOf } from "./far-wire.ts";
import type { CallerManner } from "./story.ts";

const BROKEN_SDP = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nm=audio none RTP/AVP zero\r\n";

/** Of whom a number of the far side is: what happens to who calls it. */
const CALLED: Readonly<Record<string, (call: FarCall) => void>> = {
  "501": answersSoon,
  "502": (call) => call.refuses("486 Busy Here"),
  "503": (call) => call.rings("180 Ringing"),
  "504": (call) => {
    call.rings("183 Session Progress", { body: call.sdp() });
    call.after(2500, () => call.answers());
  },
  "505": (call) => call.refuses("404 Not Found"),
  "506": (call) => call.refuses("480 Later", ["Retry-After: 3"]),
  "507": (call) => onceUp(call, 1200, () => call.hangUp()),
  "508": (call) => call.refuses("302 Moved", [`Contact: <sip:501@${FAR_HOST}>`]),
  // Not a word.
  "509": () => {},
  "510": (call) => call.rings("100 Trying"),
  "511": (call) => call.answers({ body: "" }),
  "512": (call) => call.answers({ body: BROKEN_SDP }),
  "513": (call) => call.answers({ body: call.sdp("inactive") }),
  "514": (call) =>
    onceUp(call, 1500, () => {
      call.request("INVITE", { body: call.sdp("sendonly") });
      call.after(2000, () => call.request("INVITE", { body: call.sdp() }));
    }),
  "515": (call) => {
    const challenge = 'Proxy-Authenticate: Digest realm="far", nonce="n1", qop="auth"';
    call.refuses("407 Prove It", [challenge]);
  },
  "516": (call) => {
    call.rings("180 Ringing", { tag: "fork-a" });
    call.rings("183 Session Progress", { tag: "fork-b", body: call.sdp() });
    call.after(1500, () => call.answers());
  },
  "517": (call) =>
    onceUp(call, 1500, () =>
      call.request("REFER", { headers: [`Refer-To: <sip:501@${FAR_HOST}>`] }),
    ),
  "518": (call) => {
    answersSoon(call);
    call.after(1500, () => {
      call.hearing = "deaf";
    });
  },
  "519": (call) => {
    call.rings("180 Ringing");
    call.after(500, () => {
      call.answers();
      call.rings("200 OK", { tag: "twin", body: call.sdp() });
    });
  },
  "520": (call) => onceUp(call, 1500, () => call.sounds((rtp) => rtp.say(noise([2100], 3300)))),
  "521": (call) => {
    call.ignoresCancel = true;
    call.rings("180 Ringing");
  },
  "522": (call) => {
    call.glares = 3;
    answersSoon(call);
  },
  "523": (call) =>
    onceUp(call, 500, () => {
      call.hearing = "forgets";
    }),
  "524": (call) => {
    call.rings("180 Ringing");
    call.after(15_000, () => call.answers());
  },
  "525": (call) => onceUp(call, 1000, () => call.request("UPDATE", { body: call.sdp() })),
  "526": (call) =>
    onceUp(call, 1000, () => {
      call.sounds((rtp) => rtp.sendDigit("5", 120));
      const headers = ["Content-Type: application/dtmf-relay"];
      call.request("INFO", { headers, body: "Signal=7\r\nDuration=160\r\n" });
    }),
  "527": (call) => {
    const headers = ["Require: 100rel", "RSeq: 77"];
    call.rings("183 Session Progress", { body: call.sdp(), headers });
    call.after(3000, () => call.answers({ body: "" }));
  },
  "528": (call) =>
    onceUp(call, 1000, () => {
      const body = call.sdp().replace("RTP/AVP 0 101", "RTP/AVP 8").replace("0 PCMU", "8 PCMA");
      call.request("INVITE", { body: body.replace(/a=rtpmap:101.*\r\n/, "") });
    }),
  "529": (call) => onceUp(call, 1000, () => call.request("INVITE")),
  "530": (call) =>
    call.answers({ headers: ["Require: timer", "Session-Expires: 90;refresher=uac"] }),
  "531": (call) =>
    onceUp(call, 1000, () => call.request("INVITE", { body: call.sdp("sendrecv", 39_998) })),
  "532": (call) => onceUp(call, 1000, () => call.request("INVITE", { body: BROKEN_SDP })),
  "533": (call) =>
    onceUp(call, 1000, () => {
      call.request("INVITE", { body: call.sdp("sendonly") });
      call.hangUp();
    }),
  "534": (call) => {
    call.rings("180 Ringing");
    call.after(400, () => call.rings("199 Gone", { tag: "fork-x" }));
    call.after(900, () => call.refuses("603 Decline"));
  },
  ...ODD_CALLED,
  "535": (call) => onceUp(call, 800, () => call.sounds((rtp) => rtp.sendTone([480, 620]))),
};

/** The number that answers twice. */
export const TWINS = "519";

/** The numbers of the far side. */
export const FAR_NUMBERS: readonly string[] = Object.keys(CALLED);

/** A call for a number of the far side has come. */
export function takeCall(call: FarCall, number: string): void {
  const manner = CALLED[number];
  if (manner === undefined) call.refuses("404 Not Found");
  else manner(call);
}

/** Header fields of the INVITE. */
const HEADERS: Partial<Readonly<Record<CallerManner, readonly string[]>>> = {
  anonymous: ["Privacy: id"],
  "alert-info": ["Alert-Info: <http://10.0.0.9/bell>;info=Bellcore-dr3"],
  "replaces-nothing": ["Replaces: nobody@nowhere;to-tag=a;from-tag=b"],
  "answers-itself": ["Call-Info: <sip:10.0.0.9>;answer-after=0", "Answer-Mode: Auto"],
  "wants-too-much": ["Require: precondition, odd"],
  "wants-reliable": ["Require: 100rel", "Supported: 100rel"],
  timed: ["Supported: timer", "Session-Expires: 90;refresher=uac", "Min-SE: 90"],
  named: [
    'P-Asserted-Identity: "A \\"B\\" C" <sip:999@10.0.0.9>',
    "History-Info: <sip:1@x>;index=1",
  ],
};

const VIDEO = "m=video 40990 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";
const KEY =
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5\r\n";

/** What a call offers, where it is not what everybody offers. */
const OFFERS: Partial<Readonly<Record<CallerManner, (plain: string, call: FarCall) => string>>> = {
  "no-offer": () => "",
  "bad-sdp": () => BROKEN_SDP,
  image: (_, call) => image(call),
  video: (plain) => plain.concat(VIDEO),
  "no-audio": (plain) => plain.replace(/m=audio[\s\S]*/, VIDEO),
  encrypted: (plain) => plain.replace("RTP/AVP", "RTP/SAVP").concat(KEY),
  "may-encrypt": (plain) => plain.concat(KEY),
  "two-sounds": (plain) => plain.concat("m=audio 40992 RTP/AVP 8\r\n"),
  ice: (plain) =>
    plain.concat(
      "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n",
      "a=candidate:1 1 UDP 2130706431 10.0.0.9 40002 typ host\r\n",
    ),
};

/** How long a call waits and talks, and what its INVITE says besides. */
export interface CallManner {
  readonly patienceMs: number;
  readonly talksMs: number;
  readonly headers: readonly string[];
}

/** Makes a call in a manner. */
export function makeCall(
  call: FarCall,
  manner: CallerManner,
  { patienceMs, talksMs, headers: more }: CallManner,
): void {
  const plain = call.sdp();
  const offer = OFFERS[manner]?.(plain, call) ?? plain;
  if (manner === "no-ack") call.acks = "never";
  const headers = [...(HEADERS[manner] ?? []), ...more];
  let isUp = false;
  let hasRung = false;
  let isGivenUp = false;
  call.call(offer, headers, (text) => {
    const status = statusOf(text);
    hasRung ||= status > 99;
    if (status > 100 && status < 200 && manner === "wants-reliable" && talksMs > 1000) {
      const rack = `${headerValue(text, "RSeq") ?? "1"} ${headerValue(text, "CSeq") ?? ""}`;
      call.request("PRACK", { headers: [`RAck: ${rack}`] });
    }
    if (isGivenUp && status < 200) call.cancel();
    if (status < 200 || status >= 300 || isUp || !/INVITE/.test(headerValue(text, "CSeq") ?? "")) {
      return;
    }
    isUp = true;
    if (isGivenUp) {
      call.hangUp();
      return;
    }
    talks(call, manner);
    if (manner !== "vanishes") call.after(talksMs, () => call.hangUp());
  });
  if (manner === "twice") call.after(20, () => call.callsAgain(offer));
  call.after(patienceMs, () => {
    if (call.stage !== "early") return;
    isGivenUp = true;
    if (hasRung || manner === "silent-cancel") call.cancel();
  });
}

function talks(call: FarCall, manner: CallerManner): void {
  switch (manner) {
    case "holds":
      call.after(300, () => call.request("INVITE", { body: call.sdp("inactive") }));
      call.after(1500, () => call.request("INVITE", { body: call.sdp() }));
      return;
    case "vanishes":
      call.hearing = "deaf";
      call.after(400, () => call.sounds((rtp) => rtp.stop()));
      return;
    case "refers":
      call.after(300, () =>
        call.request("REFER", { headers: [`Refer-To: <sip:501@${FAR_HOST}>`] }),
      );
      return;
    case "updates":
      call.after(200, () => call.request("UPDATE", { body: call.sdp() }));
      return;
    case "digits":
      call.after(200, () => call.sounds((rtp) => rtp.sendDigit("9", 60)));
      return;
    case "fax":
      call.after(100, () => call.sounds((rtp) => rtp.say(noise([1100], 500))));
      call.after(900, () => soundsLikeFax(call));
      return;
    case "cancels-late":
      call.cancel();
      return;
    case "storms":
      for (let at = 0; at < 6; at++) call.request("INVITE", { body: call.sdp() });
      return;
    case "moves-to-image":
      call.after(300, () => call.request("INVITE", { body: image(call) }));
      call.after(2500, () => call.request("INVITE", { body: call.sdp() }));
      return;
    default:
      return;
  }
}
