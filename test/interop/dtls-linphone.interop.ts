import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { loadDtls } from "../../src/app/load-dtls.ts";
import { startCoturn } from "./support/coturn.ts";
import { freePorts } from "./support/free-ports.ts";
import { startLinphone } from "./support/linphone.ts";
import {
  callsLinphone,
  hearsLinphone,
  holdsByFlash,
  LINPHONE_HZ,
  type LinphonePlace,
} from "./support/linphone-calls.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

/** Its candidates are this machine's addresses on a network; loopback is none. */
const hasNetwork = Object.values(networkInterfaces()).some((entries = []) =>
  entries.some(({ internal, family }) => !internal && family === "IPv4"),
);
const EXTENSION = { number: "201", password: "secret-201" };

/** Our box with its own exchange, and a linphone; both encrypt all with keys by DTLS. */
async function putUp(
  stage: Stage,
  iceByStunPort?: number,
): Promise<LinphonePlace & { readonly server: string }> {
  const port = await freePorts();
  const server = `127.0.0.1:${port}`;
  const rtp = { srtp: "required", srtpKeys: ["dtls"] } as const;
  const box = await stage.bench({
    phones: ["touch-tone", "touch-tone"],
    dtls: await loadDtls(),
    config: {
      sip: { port },
      exchange: { extensions: [EXTENSION] },
      rtp: iceByStunPort === undefined ? rtp : { ...rtp, ice: "lite" },
    },
  });
  const { number: user, password } = EXTENSION;
  const linphone = await startLinphone(stage, {
    ...{ user, password, server, toneHz: LINPHONE_HZ, byDtls: true },
    ...(iceByStunPort === undefined ? {} : { iceByStunPort }),
  });
  const registered = (): boolean => box.logs.some(({ text }) => text === "201 is registered.");
  expect(await box.world.waitUntil(registered, 15_000), "linphone registers").toBe(true);
  return { box, linphone, number: user, server };
}

const agreed = ({ box }: LinphonePlace): readonly unknown[] => [
  ...new Set(box.logs.flatMap(({ text, data }) => (text.includes("DTLS") ? data?.["role"] : []))),
];

describe.skipIf(isPeerMissing("linphonec"))("[interop.dtls-linphone] keys by another DTLS", () => {
  it(
    "our telephone calls it, holds it by flash, takes it back",
    onStage(async (stage) => {
      const place = await putUp(stage);
      const [alice] = place.box.phones;
      await callsLinphone(place);
      await holdsByFlash(place);
      expect(agreed(place)).toEqual(["passive"]);
      place.linphone.hangUp();
      await alice.hears("busy");
    }),
  );

  it.each([false, true])("it calls our telephone; by ICE: %s", (byIce) =>
    onStage(async (stage) => {
      if (byIce && (!hasNetwork || isPeerMissing("turnserver"))) return;
      const place = await putUp(stage, byIce ? await startCoturn(stage) : undefined);
      const [alice] = place.box.phones;
      place.linphone.call(`sip:101@${place.server}`);
      await alice.rings({ withCallerId: EXTENSION.number });
      alice.lift();
      await alice.hearsNoTone();
      await place.box.world.advance(2000);
      await hearsLinphone(place, 0);
      expect(agreed(place)).toEqual(["active"]);
      place.linphone.hangUp();
      await alice.hears("busy");
    })(),
  );
});
