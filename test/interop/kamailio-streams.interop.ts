import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import type { Bench } from "../hw-sim/bench/bench.ts";
import { hasOpenssl, makeCertificates } from "../parity/stream-rigs.ts";
import { type Kamailio, passwordOf, startKamailio } from "./support/kamailio.ts";
import { isPeerMissing } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

const SETTLED_WITHIN_MS = 8000;

/** Our box with two lines at a Kamailio, by stream. */
function startBox(
  stage: Stage,
  registrar: string,
  sip: NonNullable<UserConfig["sip"]>,
  files: Readonly<Record<string, string>> = {},
): Promise<Bench> {
  return stage.bench({
    files,
    startUnregistered: true,
    config: {
      registrar,
      domain: "127.0.0.1",
      sip,
      lines: ["101", "102"].map((number) => ({ number, password: passwordOf(number) })),
      dialing: { digitMap: "xxx" },
    },
  });
}

const registrations = (box: Bench): readonly string[] =>
  box.box.status().map((line) => line.registration);

async function settles(box: Bench): Promise<readonly string[]> {
  const settled = (): boolean => !registrations(box).includes("not-registered");
  await box.world.waitUntil(settled, SETTLED_WITHIN_MS);
  return registrations(box);
}

async function canCall(box: Bench): Promise<void> {
  const [alice, bob] = box.phones;
  alice.lift();
  await alice.dials("102");
  await bob.rings();
  bob.lift();
  const talking = (): boolean => box.box.status().every(({ call }) => call === "talking");
  await box.world.waitUntil(talking, 5000);
  bob.hang();
  await alice.hears("busy");
  alice.hang();
}

/** A Kamailio with TLS, and the files of its authority and of a stranger's. */
async function startSecure(
  stage: Stage,
  options: { readonly altNames?: string; readonly asksClients?: boolean } = {},
) {
  const made = makeCertificates(stage.folder, options.altNames ?? "IP:127.0.0.1");
  const authority = stage.write("authority.pem", made.authority);
  const kamailio = await startKamailio(stage, {
    tls: {
      certificate: stage.write("certificate.pem", made.identity.certificate),
      key: stage.write("certificate.key", made.identity.key),
      ...(options.asksClients === true ? { clientAuthority: authority } : {}),
    },
  });
  const files = {
    "ca.pem": made.authority,
    "other.pem": made.otherAuthority,
    "box.pem": made.identity.certificate,
    "box.key": made.identity.key,
  };
  return { kamailio, files, at: `127.0.0.1:${kamailio.tlsPort}` };
}

describe.skipIf(isPeerMissing("kamailio"))("[interop.kamailio-tcp] our lines", () => {
  it(
    "register and call over TCP, and again after the registrar was away",
    onStage(async (stage) => {
      const kamailio: Kamailio = await startKamailio(stage, { tcp: true });
      const box = await startBox(stage, kamailio.address, { transport: "tcp" });
      expect(await settles(box)).toEqual(["registered", "registered"]);
      await canCall(box);
      const events = box.events.length;
      await kamailio.stop();
      await kamailio.start();
      const back = (): boolean =>
        box.events.slice(events).filter(({ kind }) => kind === "registered").length >= 2;
      expect(await box.world.waitUntil(back, 60_000)).toBe(true);
      await canCall(box);
    }),
  );
});

describe.skipIf(isPeerMissing("kamailio") || !hasOpenssl())(
  "[interop.kamailio-tls] our lines",
  () => {
    const tls = { ca: "ca.pem" };

    it(
      "register and call over TLS under an authority of the operator's own",
      onStage(async (stage) => {
        const { at, files } = await startSecure(stage);
        const box = await startBox(stage, at, { transport: "tls", tls }, files);
        expect(await settles(box)).toEqual(["registered", "registered"]);
        await canCall(box);
      }),
    );

    it(
      "register and call by sips addresses, which Kamailio routes over TLS alone",
      onStage(async (stage) => {
        const { at, files } = await startSecure(stage);
        const box = await startBox(stage, at, { sips: true, tls }, files);
        expect(await settles(box)).toEqual(["registered", "registered"]);
        await canCall(box);
      }),
    );

    it(
      "show a certificate to a server that asks for one",
      onStage(async (stage) => {
        const { at, files } = await startSecure(stage, { asksClients: true });
        const shown = { ...tls, certificate: "box.pem", key: "box.key" };
        const box = await startBox(stage, at, { transport: "tls", tls: shown }, files);
        expect(await settles(box)).toEqual(["registered", "registered"]);
      }),
    );

    it.each([
      ["under another authority", { ca: "other.pem" }, "IP:127.0.0.1"],
      ["under none but the public ones", {}, "IP:127.0.0.1"],
      ["for another name", { ca: "ca.pem" }, "DNS:pbx.example.net"],
    ])("send nothing to a server %s", async (_what, policy, altNames) => {
      await onStage(async (stage) => {
        const { at, files } = await startSecure(stage, { altNames });
        const box = await startBox(stage, at, { transport: "tls", tls: policy }, files);
        expect(await settles(box)).toEqual(["failed", "failed"]);
        expect(box.logs.some(({ text }) => text.includes("its certificate is not"))).toBe(true);
      })();
    });
  },
);
