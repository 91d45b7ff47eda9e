import { pcm16FromVolts, sineMix } from "../../hw-sim/audio/levels.ts";
import { headerValue } from "../../hw-sim/peers/sip-text.ts";
import { FAR_HOST } from "../support/far-end.ts";
import type { FarCall } from "./far-call.ts";

/** Rings for a moment and answers. */
export function answersSoon(call: FarCall): void {
  call.rings("180 Ringing");
  call.after(700, () => call.answers());
}

/** What is done once a call is up. */
export function onceUp(call: FarCall, ms: number, run: () => void): void {
  call.onUp = () => call.after(ms, run);
  answersSoon(call);
}

/** A mix of sines. */
export const noise = (hz: readonly number[], ms: number): Int16Array =>
  pcm16FromVolts(sineMix(hz, -10, ms));

/** Flags as a fax machine begins its commands with. @see ITU-T V.21, T.30 §5.3.5 */
function flags(ms: number): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: 8 * ms }, (_, at) => {
    const bit = Math.floor((at * 300) / 8000) % 8;
    phase += (2 * Math.PI * (bit === 0 || bit === 7 ? 1850 : 1650)) / 8000;
    return 6000 * Math.sin(phase);
  });
}

/** Answer tone and flags. */
export function soundsLikeFax(call: FarCall): void {
  call.sounds((rtp) => rtp.say(noise([2100], 2600)));
  call.after(2700, () => call.sounds((rtp) => rtp.say(flags(1500))));
}

/** A description of T.38, of sound besides or not; port 0 closes it. */
export function image(call: FarCall, port = 40_901): string {
  return call
    .sdp()
    .replace(/m=audio[\s\S]*/, `m=image ${port} udptl t38\r\n`)
    .concat("a=T38FaxVersion:0\r\na=T38FaxRateManagement:transferredTCF\r\n");
}

/** Answers that a call may be refused with, each with what belongs to it. */
const REFUSALS: readonly (readonly [string, ...string[]])[] = [
  ["305 Use Proxy", `Contact: <sip:501@${FAR_HOST}>`],
  ["380 Alternative"],
  ["406 Not Acceptable"],
  ["413 Too Large", "Retry-After: 1"],
  ["415 Unsupported Media", "Accept: text/plain"],
  ["420 Bad Extension", "Unsupported: timer"],
  ["421 Extension Required", "Require: 100rel"],
  ["480 Gone", "Retry-After: 0"],
  ["484 Address Incomplete"],
  ["488 Not Acceptable Here"],
  ["493 Undecipherable"],
  ["494 Security Agreement", "Security-Server: tls"],
  ["500 Oops", "Retry-After: 4294967296"],
  ["503 Busy", "Retry-After: 1 (soon);duration=2"],
  ["600 Busy Everywhere"],
  ["699 Odd"],
];

/** Refuses in one of many ways, another one each time. */
function refusesOddly(call: FarCall): void {
  const count = Number(call.tag.replace(/\D/g, ""));
  const [status, ...headers] = REFUSALS[count % REFUSALS.length] ?? ["400 Bad"];
  call.refuses(status, headers);
}

/** So many things at once inside a call. */
function storms(call: FarCall): void {
  for (let at = 0; at < 5; at++) {
    call.request("INVITE", { body: call.sdp(at % 2 === 0 ? "sendonly" : "sendrecv", 40_800 + at) });
    call.request("UPDATE", { body: call.sdp() });
    call.request("OPTIONS");
  }
}

const refer = (to: string): { headers: string[] } => ({ headers: [`Refer-To: <${to}>`] });

/** People whose telephones and servers do what few do, by their numbers. */
export const ODD_CALLED: Readonly<Record<string, (call: FarCall) => void>> = {
  "536": (call) =>
    onceUp(call, 300, () => {
      soundsLikeFax(call);
      call.after(4500, () => call.request("INVITE", { body: image(call) }));
    }),
  "537": (call) =>
    onceUp(call, 1000, () => {
      call.request("INVITE", { body: image(call) });
      call.after(2500, () => call.request("INVITE", { body: call.sdp() }));
    }),
  "538": (call) =>
    onceUp(call, 300, () => {
      call.hearing = "refuses";
      soundsLikeFax(call);
    }),
  "539": (call) =>
    onceUp(call, 1000, () => {
      call.acks = "never";
      call.request("INVITE");
    }),
  "540": (call) =>
    onceUp(call, 1000, () => {
      call.acks = "bare";
      call.request("INVITE");
    }),
  "541": (call) =>
    onceUp(call, 1000, () => {
      const body = call.sdp().replace(/c=IN IP4 \S+/, "c=IN IP4 0.0.0.0");
      call.request("INVITE", { body });
      call.after(1500, () => call.request("INVITE", { body: call.sdp() }));
    }),
  "542": (call) => {
    call.answers();
    call.hangUp();
  },
  "543": (call) => {
    call.answers();
    call.request("INVITE", { body: call.sdp("sendonly") });
  },
  "544": (call) =>
    onceUp(call, 1000, () => {
      call.request("INVITE", { body: call.sdp() });
      call.countsBack(1);
      call.after(300, () => call.request("INVITE", { body: call.sdp("inactive") }));
      call.after(600, () => call.request("UPDATE", { body: call.sdp() }));
    }),
  "545": (call) => {
    const invite = call.invite?.text ?? "";
    if (Number(headerValue(invite, "Min-SE") ?? 0) >= 1800) answersSoon(call);
    else call.refuses("422 Too Small", ["Min-SE: 1800"]);
  },
  "546": (call) => call.refuses("302 Moved", [`Contact: <sip:546@${FAR_HOST}>`]),
  "547": (call) => {
    const many = Array.from({ length: 30 }, (_, at) => `<sip:${570 + at}@${FAR_HOST}>;q=0.${at}`);
    call.refuses("300 Many", [`Contact: ${many.join(", ")}`]);
  },
  "548": (call) => {
    const nonce = call.tag;
    call.refuses("401 Again", [
      `WWW-Authenticate: Digest realm="far", nonce="${nonce}", stale=true, qop="auth"`,
    ]);
  },
  "549": refusesOddly,
  "550": (call) =>
    call.answers({
      body: call.sdp().concat("m=video 40990 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"),
    }),
  "551": (call) => onceUp(call, 800, () => storms(call)),
  "552": (call) =>
    onceUp(call, 500, () => {
      for (const digit of ["1", "2", "3", "A", "#", "*"] as const) {
        call.sounds((rtp) => rtp.sendDigit(digit, 20));
      }
    }),
  "553": (call) => {
    const headers = (rseq: number): string[] => ["Require: 100rel", `RSeq: ${rseq}`];
    call.rings("183 Session Progress", { body: call.sdp(), headers: headers(9) });
    call.after(100, () => call.rings("180 Ringing", { headers: headers(11) }));
    call.after(200, () => call.rings("180 Ringing", { headers: headers(10) }));
    call.after(900, () => call.request("UPDATE", { body: call.sdp("inactive") }));
    call.after(3000, () => call.answers({ body: "" }));
  },
  "554": (call) => {
    call.rings("183 Session Progress", { tag: "fork-a", body: call.sdp("sendrecv", 40_802) });
    call.after(800, () => call.answers({ tag: "fork-c" }));
  },
  "555": (call) => onceUp(call, 1000, () => call.request("REFER", refer(`sip:102@${FAR_HOST}`))),
  "556": (call) =>
    onceUp(call, 700, () => {
      const sipfrag = ["Event: refer", "Subscription-State: active;expires=60"];
      const type = "Content-Type: message/sipfrag";
      call.request("NOTIFY", { headers: [...sipfrag, type], body: "SIP/2.0 200 OK\r\n" });
      call.request("SUBSCRIBE", { headers: ["Event: dialog", "Expires: 30"] });
      call.request("MESSAGE", { headers: ["Content-Type: text/plain"], body: "hello" });
      call.request("PUBLISH", { headers: ["Event: presence"] });
      call.request("INFO", { headers: ["Content-Type: application/odd"], body: "odd" });
      call.request("PRACK", { headers: ["RAck: 1 1 INVITE"] });
    }),
  "557": (call) =>
    call.answers({
      body: call
        .sdp()
        .replace("RTP/AVP", "RTP/SAVP")
        .concat("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=\r\n"),
    }),
  "558": (call) =>
    call.answers({
      body: call.sdp().concat("a=ice-ufrag:far\r\na=ice-pwd:farfarfarfarfarfarfarfar\r\n"),
    }),
  "559": (call) =>
    onceUp(call, 900, () => {
      call.request("UPDATE", { body: call.sdp() });
      call.request("INVITE", { body: call.sdp("inactive") });
      call.request("REFER", refer(`sip:501@${FAR_HOST}`));
      call.hangUp();
    }),
  "560": (call) => call.answers({ body: call.sdp().replace("RTP/AVP 0 101", "RTP/AVP 3") }),
  "561": (call) => call.answers({ body: call.sdp("sendrecv", 0) }),
  "562": (call) => {
    for (let at = 0; at < 60; at++) call.after(at * 40, () => call.rings("182 Queued"));
    call.after(3000, () => call.answers());
  },
  "563": (call) =>
    onceUp(call, 800, () => {
      call.request("REFER", refer(`sip:563@${FAR_HOST}`));
      call.request("REFER", refer("tel:102"));
      call.request("REFER", refer("http://10.0.0.9/"));
    }),
  "564": (call) => onceUp(call, 300, () => call.sounds((rtp) => rtp.stop())),
};
