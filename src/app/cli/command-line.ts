import { parseArgs } from "node:util";
import type { LogLevel } from "../../base/log-event.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { errorText } from "../../base/thrown.ts";
import { didYouMean } from "../config/did-you-mean.ts";
import {
  COMMANDS,
  type Command,
  commandOfOption,
  logLevelOf,
  OPTIONS,
  wrongOption,
} from "./command-options.ts";

/** The configuration file that is read where none is named. */
export const DEFAULT_FILE = "tipring.yaml";

/** The options as typed; each command takes what concerns it. */
export interface CommandOptions {
  readonly config?: string;
  readonly registrar?: string;
  readonly board?: string;
  readonly sipPort?: string;
  readonly logLevel?: LogLevel;
  readonly virtual: boolean;
  readonly json: boolean;
  readonly seed?: string;
  readonly trace?: string;
  readonly pcap?: string;
  readonly vcd?: string;
  readonly wav?: string;
  readonly phone?: string;
  readonly out?: string;
  readonly port?: string;
  readonly baud?: string;
  readonly line?: string;
  readonly quiet?: boolean;
  readonly echo?: boolean;
  readonly hook?: boolean;
  readonly slack?: string;
  readonly fix?: boolean;
  readonly levels?: boolean;
  readonly tone?: boolean;
  readonly loop?: boolean;
  readonly volts?: string;
  readonly last?: string;
  readonly apply?: boolean;
}

/** What `tipring help` prints. */
export const USAGE = `tipring: an analog telephone adapter

  tipring run      run the adapter (the default)
  tipring demo     make one complete call between two simulated telephones
  tipring check    read the configuration and say what is wrong with it
  tipring provision
                   fetch the configuration now from where that is kept, and show what changes
  tipring calls    list the calls that were kept, the last ones last
  tipring doctor   look at this machine and say what it lacks, and what to do about it
  tipring boards   list the boards, and what each needs
  tipring safe     put every line into its safe state: ringing off
  tipring learn    measure a telephone's dial and hook flash, and propose settings
  tipring line-test
                   measure one line's wires and bells, where its card can measure
  tipring card-check
                   hold a line card on a serial port to the protocol's document
  tipring help, tipring version

run, check, provision, calls, doctor, safe, learn, line-test
  --config FILE          a configuration file (tipring.yaml, where there is one)
  --board NAME           a folder in boards/; hw-sim needs no hardware
run, check
  --registrar HOST:PORT  register the lines there, not at the built-in exchange
  --sip-port PORT        where IP phones reach the built-in exchange (5060)
  --log-level LEVEL      error, warn, info or debug
provision
  --apply                keep it
calls
  --last N               so many (20)
  --line N               of one line
  --json                 as they were kept, a JSON object a line
doctor, boards
  --json                 as JSON, on one line
doctor
  --fix                  put the sound card's mixer right
  --levels               measure a line's levels, by a key that is held down at its telephone
  --line N               which line (1)
  --tone                 with --levels: play a tone for 30 s, for a meter
  --volts V              with --levels: what the meter showed between TIP and RING
  --loop                 with --levels: the card's output is joined to its input
  --out FILE             with --levels: write the lines of configuration there
demo
  --virtual              in virtual time: no sockets, the same bytes at every run
  --seed N               what chance is drawn from (1)
  --phone KIND           touch-tone or rotary
  --json                 one JSON object at the end
  --trace FILE           write everything that happened, a JSON object a line
  --pcap FILE            write the SIP and RTP that crossed, for Wireshark (pcapng)
  --vcd FILE             write what pins and loops did, for a waveform viewer
  --wav FOLDER           write each line's audio both ways, line1.wav and so on
  --out FOLDER           where the recordings go (recordings)
learn
  --line N               the line whose telephone is measured (1)
line-test
  --line N               the line that is tested (1); its bell rings for a second
  --quiet                do not ring
  --echo                 measure the echo of the line with its receiver lifted, and which
                         impedance fits it; plays tones, tests nothing else
  --json                 as JSON, on one line
card-check
  --port DEVICE          the card's serial port, /dev/ttyACM0; nothing else may use it
  --baud RATE            921600 unless told
  --line N               the line that is tried (1); it rings
  --quiet                do not ring
  --slack MS             what this machine may add to the times of the document (20)
  --hook                 ask for the receiver to be lifted and hung up

Ends with 0 where it was done, 1 where it could not be, 2 where it was asked wrongly, and with
130, 143 or 129 where Ctrl-C, SIGTERM or the end of the terminal stopped a tool.
`;

/** Reads the words of a command line; a wrong one is named together with what was meant. */
export function readCommandLine(
  words: readonly string[],
): Result<{ readonly command: Command; readonly options: CommandOptions }, string> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(words);
  } catch (error) {
    const message = errorText(error);
    return err(`${message.split(". ")[0] ?? message}; "tipring help" lists the options`);
  }
  const { values, positionals } = parsed;
  if (values.help === true) return ok({ command: "help", options: EMPTY });
  if (values.version === true) return ok({ command: "version", options: EMPTY });
  const word = positionals[0] ?? "run";
  const command = COMMANDS.find((known) => known === word);
  if (command === undefined) {
    const meant = commandOfOption(word) ?? didYouMean(word, COMMANDS);
    const advice =
      meant === undefined ? '"tipring help" lists the commands' : `did you mean "${meant}"?`;
    return err(`"${word}" is not a command; ${advice}`);
  }
  if (positionals.length > 1) return err(`"${positionals[1]}" is one word too many`);
  const wrong = wrongOption(command, values);
  if (wrong !== undefined) return err(`${wrong}; "tipring help" lists the options`);
  const { "sip-port": sipPort, "log-level": level, help: _, version: __, ...rest } = values;
  const logLevel = level === undefined ? undefined : logLevelOf(level);
  return ok({
    command,
    options: {
      ...EMPTY,
      ...rest,
      ...(sipPort === undefined ? {} : { sipPort }),
      ...(logLevel === undefined ? {} : { logLevel }),
    },
  });
}

const EMPTY: CommandOptions = { virtual: false, json: false };

function parse(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      ...OPTIONS,
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "v" },
    },
  });
}
