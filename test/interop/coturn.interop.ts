import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../src/base/bytes.ts";
import { BindingProbe } from "../../src/base/stun/binding-probe.ts";
import type { CapturedDatagram } from "../hw-sim/trace/pcap.ts";
import { startBaresip } from "./support/baresip.ts";
import { listen } from "./support/conversation.ts";
import { startCoturn } from "./support/coturn.ts";
import { passwordOf, startKamailio } from "./support/kamailio.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage } from "./support/stage.ts";
import { expectTone } from "./support/tone-check.ts";
import { startTranslator } from "./support/translator.ts";

const LOOPBACK = "127.0.0.1";
/** Where the translator's outside is. */
const OUTSIDE = "127.0.0.77";
const BARESIP_HZ = 440;
const HEARD_MS = 1000;
const ENOUGH_MS = 700;
const LINES = ["101", "102"].map((number) => ({ number, password: passwordOf(number) }));

describe.skipIf(isPeerMissing("turnserver"))("[interop.coturn] coturn's STUN server", () => {
  it(
    "tells a socket its own address where no translator is in between",
    onStage(async (stage) => {
      const port = await startCoturn(stage);
      const socket = createSocket("udp4");
      stage.atEnd(() => socket.close());
      await new Promise<void>((resolve) => socket.bind({ address: LOOPBACK, port: 0 }, resolve));
      const probe = new BindingProbe(crypto.getRandomValues(new Uint8Array(12)), 0);
      const answer = new Promise<Uint8Array>((resolve) => socket.once("message", resolve));
      socket.send(probe.request, port, LOOPBACK);
      // An IP socket has an address with a port.
      const own = socket.address() as AddressInfo;
      expect(probe.answer(await answer)).toEqual({ host: LOOPBACK, port: own.port });
    }),
  );

  it.skipIf(isPeerMissing("kamailio", "baresip"))(
    "tells SIP and voice where they are behind a translator, and a call is heard through it",
    onStage(async (stage) => {
      const coturn = { host: LOOPBACK, port: await startCoturn(stage) };
      const translator = await startTranslator(stage, coturn, OUTSIDE);
      const kamailio = await startKamailio(stage);
      const server = kamailio.address;
      const baresip = await startBaresip(stage, { user: "201", server, toneHz: BARESIP_HZ });
      await baresip.registers();
      const sent: CapturedDatagram[] = [];
      const box = await stage.bench({
        onDatagram: (one) => void sent.push(one),
        config: {
          registrar: server,
          lines: LINES,
          dialing: { digitMap: "xxx" },
          sip: { nat: { stunServer: `${LOOPBACK}:${translator.port}` } },
        },
      });
      const isSeen = (): boolean => box.logs.some(({ text }) => text.includes(`at ${OUTSIDE}:`));
      expect(await box.world.waitUntil(isSeen, 5000)).toBe(true);
      const [alice] = box.phones;
      alice.lift();
      await alice.dials("201");
      await baresip.tells("CALL_INCOMING");
      baresip.accept();
      await baresip.tells("CALL_ESTABLISHED");
      const invite = sent.map(({ payload }) => latin1FromBytes(payload)).find(isOffer) ?? "";
      expect(invite).toContain(`c=IN IP4 ${OUTSIDE}\r\n`);
      // What baresip says goes to the translator's outside: it was told nothing else.
      expectTone(await listen(box, alice, HEARD_MS), BARESIP_HZ, ENOUGH_MS);
      const isOurs = ({ payload, from }: CapturedDatagram): boolean =>
        isVoice(payload) && from.port !== translator.port;
      const voice = sent.find(isOurs);
      const rtpPort = translator.outsideOf(voice?.from.port ?? 0);
      expect(invite).toContain(`m=audio ${rtpPort} RTP/AVP`);
      alice.hang();
      await baresip.tells("CALL_CLOSED");
    }),
  );
});

function isOffer(text: string): boolean {
  return /^INVITE sip:201@/.test(text) && text.includes("m=audio");
}

/** A packet of 20 ms of µ-law. @see RFC 3550 §5.1 */
function isVoice(payload: Uint8Array): boolean {
  return payload.length === 172 && payload[0] === 0x80 && (payload[1] ?? 0) % 128 === 0;
}
