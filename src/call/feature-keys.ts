import { type CallContext, logOf, type Step, toLine } from "./call-state.ts";
import { diversionWords, sameDiversions, whyNoTarget } from "./policy/diversions.ts";
import { featureOf } from "./policy/feature-codes.ts";
import { startTone } from "./tone.ts";

/**
 * A code dialled at dial tone that says what is done with who calls; `undefined` where it is none.
 * The confirmation tone says that it was taken.
 */
export function featureKeyed(
  context: CallContext,
  dialled: string,
  nowMs: number,
): Step | undefined {
  const { config, diversions } = context;
  const wish = featureOf(config.featureCodes ?? {}, dialled);
  if (wish === undefined) return undefined;
  const collected = toLine({ kind: "collect", on: false });
  const { account, emergencyNumbers } = config;
  const why =
    wish.number === undefined
      ? undefined
      : whyNoTarget(wish.number, { user: account.user, emergencyNumbers });
  if (why !== undefined) {
    const tone = startTone(context, "reorder", nowMs);
    const text = `Reorder tone: calls are not sent on to ${wish.number}, ${why}.`;
    const log = logOf(context, "info", text);
    return { state: tone.state, outputs: [collected, ...tone.outputs, log] };
  }
  const applied = wish.applied(diversions);
  const words = diversionWords(applied) ?? "takes calls as they come";
  return {
    state: { kind: "tone", tone: "confirm", untilMs: nowMs + config.timers.reorderMs },
    outputs: [
      collected,
      toLine({ kind: "tone", tone: "confirm" }),
      logOf(context, "info", `The user ${words}.`),
    ],
    ...(sameDiversions(applied, diversions) ? {} : { diversions: applied }),
  };
}
