import type { CallRecord } from "../../../src/call/index.ts";
import { decodeG711 } from "../../hw-sim/audio/g711.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../../hw-sim/bench/bench-phone.ts";
import { readRtp } from "../../hw-sim/peers/rtp-reader.ts";
import type { CapturedDatagram } from "../../hw-sim/trace/pcap.ts";
import { sine } from "./tone-check.ts";

/** How long our side speaks, and how long the ends of it may take to arrive. */
export const SPEAKING_MS = 1200;
const TAIL_MS = 400;
const RECORD_WITHIN_MS = 5000;
const BELL_STOPS_WITHIN_MS = 500;
/** A little more than the 4 s of North America. */
const CADENCE_PAUSE_MS = 4200;

/** Says a sine into a telephone; what its receiver played meanwhile, volts at 8 kHz. */
export async function speakAndListen(
  box: Bench,
  phone: BenchPhone,
  toneHz: number,
): Promise<Float64Array> {
  const said = phone.phone.say(sine(toneHz, SPEAKING_MS));
  if (!said.ok) throw new Error(said.error);
  return await listen(box, phone, SPEAKING_MS + TAIL_MS);
}

/** What a receiver plays from now on, volts at 8 kHz. */
export async function listen(
  box: Bench,
  phone: BenchPhone,
  durationMs: number,
): Promise<Float64Array> {
  phone.phone.startRecording();
  await box.world.advance(durationMs);
  return phone.phone.stopRecording()?.volts ?? new Float64Array();
}

/** Makes sure that a bell falls silent, and is silent for longer than the cadence's pause. */
export async function bellStops(box: Bench, phone: BenchPhone): Promise<void> {
  await box.world.waitUntil(() => !phone.phone.isRinging, BELL_STOPS_WITHIN_MS);
  await phone.doesNotRing(CADENCE_PAUSE_MS);
}

/** Waits for the next call record beyond those of `before`. */
export async function nextRecord(box: Bench, before = 0): Promise<CallRecord> {
  await box.world.waitUntil(() => box.records.length > before, RECORD_WITHIN_MS);
  const record = box.records[before];
  if (record === undefined) throw new Error("no call record was written");
  return record;
}

/** The µ-law sound that datagrams carry, one after the other; what is no RTP is passed over. */
export function soundOf(datagrams: readonly CapturedDatagram[]): Int16Array {
  const codes: number[] = [];
  for (const { payload } of datagrams) {
    const packet = readRtp(payload);
    if (packet.ok && packet.value.payloadType === 0) codes.push(...packet.value.payload);
  }
  return decodeG711("PCMU", Uint8Array.from(codes));
}
