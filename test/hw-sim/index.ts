/**
 * The simulated world: boards, chips, copper, telephones, networks and far ends, below the drivers
 * of the real program. `bench()` is where a scenario begins.
 */
export { alignedCorrelation } from "./audio/correlation.ts";
export { measureSpectrum } from "./audio/frequency-meter.ts";
export { pcm16FromVolts, voltsFromPcm16 } from "./audio/levels.ts";
export { speechLike } from "./audio/speech-like.ts";
export { identifyTones } from "./audio/tone-identifier.ts";
export { TONE_TABLES, type ToneTable } from "./audio/tone-tables.ts";
export { parseLineWav, parseWav, printWav, type Wav } from "./audio/wav.ts";
export {
  BENCH_HOST,
  type Bench,
  type BenchOptions,
  type BenchPlace,
  bench,
} from "./bench/bench.ts";
export {
  type BenchPhone,
  type HeardLimits,
  type HeardSpeech,
  ScenarioError,
  type Within,
} from "./bench/bench-phone.ts";
export { type DemoOptions, type DemoResult, type DemoStep, runDemo } from "./bench/demo.ts";
export { openBoard } from "./bench/open-board.ts";
export type { PhoneSpec } from "./bench/phone-maker.ts";
export { createSimBoard, type SimBoard } from "./board/sim-board.ts";
export type { SimChipName, SimLine, SimLineOptions } from "./board/sim-line.ts";
export type { LoopEnd, LoopState, Terminal } from "./loop/terminal.ts";
export { AlarmPanel, AlarmReceiver } from "./phones/machines/alarm-panel.ts";
export {
  AnsweringMachine,
  type AnsweringMachineOptions,
  type RecordedMessage,
} from "./phones/machines/answering-machine.ts";
export { FAX_TONES, FaxMachine, type FaxState } from "./phones/machines/fax-machine.ts";
export type { Observation } from "./phones/observation.ts";
export type { Phone, PhoneOptions } from "./phones/phone.ts";
export { createRotaryPhone } from "./phones/rotary-phone.ts";
export { createTouchTonePhone } from "./phones/touch-tone-phone.ts";
export { pcapFileHead, pcapRecord } from "./trace/pcap.ts";
export { pcapngFileHead, pcapngPacket } from "./trace/pcapng.ts";
export { Trace, type TraceEvent } from "./trace/trace.ts";
export type { LinkConditions } from "./world/link.ts";
export { VirtualNetwork } from "./world/network.ts";
export { World } from "./world/world.ts";
