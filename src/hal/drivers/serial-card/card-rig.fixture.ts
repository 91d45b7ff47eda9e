import { PortError, type PortFault } from "../../../base/port-fault.ts";
import { ScriptedCard } from "./card.fixture.ts";
import { type OpenCardLine, type SerialCardLineConfig, SerialCards } from "./serial-cards.ts";

/** Where the card of a {@link rig} is. */
export const DEVICE = "/dev/ttyACM0";
/** What a serial port says of an adapter that was pulled out. */
export const gone: PortFault = { kind: "gone", what: "the adapter", advice: "plug it in" };

/** The driver on a scripted card, with all that its lines told as text. */
export function rig(setUp: (card: ScriptedCard) => void = () => {}) {
  const card = new ScriptedCard();
  setUp(card);
  const cards = new SerialCards({ serial: card, clock: card.clock, random: card.random });
  const log: string[] = [];
  const start = async (
    config: Partial<SerialCardLineConfig> = {},
    onFrame: (captured: Int16Array, playout: Int16Array, first: number) => void = () => {},
  ): Promise<OpenCardLine> => {
    const line = config.line ?? 1;
    const note = (text: string): number => log.push(`${line} ${text}`);
    const round = (ms: number): number => Math.round(ms * 1000) / 1000;
    let end: { line: OpenCardLine } | { error: unknown } | undefined;
    cards
      .open(
        { device: DEVICE, line, ...config },
        {
          onLoop: (closed, atMs) => note(`${closed ? "closed" : "open"} ${round(atMs)}`),
          onWatermark: (atMs) => note(`watermark ${atMs} at ${card.clock.nowMs()}`),
          onFault: (fault) => note(`fault ${fault.kind}: ${fault.what}`),
        },
        { onFrame, onFault: (fault) => note(`audio fault ${fault.kind}`) },
      )
      .then(
        (opened) => {
          end = { line: opened };
        },
        (error: unknown) => {
          end = { error };
        },
      );
    for (let turn = 0; turn < 600 && end === undefined; turn++) await card.clock.advance(10);
    if (end === undefined) throw new Error("open() never ended");
    if ("error" in end) throw end.error;
    return end.line;
  };
  return { card, cards, log, start };
}

/** A rig with its first line open. */
export async function opened(setUp?: (card: ScriptedCard) => void) {
  const all = rig(setUp);
  const { slic, audio } = await all.start();
  if (slic === undefined || audio === undefined) throw new Error("a line with both");
  all.card.commands();
  return { ...all, slic, audio };
}

/** The fault that an opening is rejected with. */
export async function faultOf(opening: Promise<unknown>): Promise<PortFault> {
  const error: unknown = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PortError)) throw error;
  return error.fault;
}
