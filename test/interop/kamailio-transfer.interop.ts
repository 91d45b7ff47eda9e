import { createSocket } from "node:dgram";
import { describe, expect, it } from "vitest";
import { type Kamailio, passwordOf, startKamailio } from "./support/kamailio.ts";
import { startLinphone } from "./support/linphone.ts";
import {
  attendedTransfer,
  blindTransfer,
  isHandedOver,
  LINPHONE_HZ,
  type LinphonePlace,
} from "./support/linphone-calls.ts";
import { waitUntil } from "./support/patience.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

const LINPHONE = "201";
const REGISTERED_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 200;

/** Our two telephones and a linphone, all registered at one Kamailio. */
async function putUp(stage: Stage): Promise<LinphonePlace> {
  const kamailio = await startKamailio(stage);
  const server = kamailio.address;
  const password = passwordOf(LINPHONE);
  const user = LINPHONE;
  const linphone = await startLinphone(stage, { user, password, server, toneHz: LINPHONE_HZ });
  const box = await stage.bench({
    phones: ["touch-tone", "touch-tone"],
    config: {
      registrar: server,
      lines: ["101", "102"].map((number) => ({ number, password: passwordOf(number) })),
      dialing: { digitMap: "xxx" },
    },
  });
  await isRegistered(kamailio, user);
  return { box, linphone, number: user };
}

/** Asks Kamailio for somebody until it knows where he is. */
async function isRegistered({ address }: Kamailio, user: string): Promise<void> {
  const [host = "", port = ""] = address.split(":");
  const socket = createSocket("udp4");
  let isThere = false;
  let count = 0;
  socket.on("message", (bytes) => {
    isThere ||= !bytes.toString("latin1").startsWith("SIP/2.0 404");
  });
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  const ask = (): void => {
    const here = `${host}:${socket.address().port}`;
    const options = [
      `OPTIONS sip:${user}@${address} SIP/2.0`,
      `Via: SIP/2.0/UDP ${here};branch=z9hG4bKfind${++count}`,
      `From: <sip:find@${here}>;tag=find`,
      `To: <sip:${user}@${address}>`,
      `Call-ID: find-${here}-${count}`,
      "CSeq: 1 OPTIONS",
      "Max-Forwards: 70",
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n");
    socket.send(options, Number(port), host);
  };
  const timer = setInterval(ask, ASK_EVERY_MS);
  try {
    expect(await waitUntil(() => isThere, REGISTERED_WITHIN_MS), `${user} registers`).toBe(true);
  } finally {
    clearInterval(timer);
    socket.close();
  }
}

const missing = isPeerMissing("kamailio", "linphonec");

describe.skipIf(missing)("[interop.kamailio-transfer] through a proxy, with linphone", () => {
  it(
    "attended: our telephone hangs up, and linphone takes its place in the other call",
    onStage(async (stage) => attendedTransfer(await putUp(stage))),
  );

  it(
    "blind by code: linphone calls the other one, our telephone is out of it",
    onStage(async (stage) => blindTransfer(await putUp(stage))),
  );

  it(
    "linphone hands our telephone over: ours calls the other one",
    onStage(async (stage) => isHandedOver(await putUp(stage))),
  );
});
