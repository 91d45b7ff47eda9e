import { isDigit } from "../../base/audio.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { didYouMean } from "../config/did-you-mean.ts";

/** What a person may type at the prompt. */
export type PromptCommand =
  | { readonly kind: "lift"; readonly line: number }
  | { readonly kind: "hang"; readonly line: number }
  | { readonly kind: "dial"; readonly line: number; readonly digits: string }
  | { readonly kind: "flash"; readonly line: number; readonly durationMs?: number }
  | { readonly kind: "say"; readonly line: number; readonly file: string }
  | { readonly kind: "record"; readonly line: number; readonly file: string | undefined }
  | { readonly kind: "status" }
  | { readonly kind: "help" }
  | { readonly kind: "quit" }
  | { readonly kind: "nothing" };

/** What `help` prints at the prompt. */
export const PROMPT_HELP = `  lift 1            take the receiver of phone 1 off the hook
  dial 1 102        dial on phone 1 (tones or pulses, as the phone does)
  hang 1            hang up
  flash 1           press the hook for a moment; "flash 1 300" says for how many ms
  say 1 speech.wav  speak a WAV file into phone 1 (8000 Hz mono)
  record 2 out.wav  keep what phone 2 hears; "record 2" or hanging up ends it
  status            where every line stands
  quit              stop
`;

const WORDS = ["lift", "hang", "dial", "flash", "say", "record", "status", "help", "quit"];

/** Reads one typed line. The error is a sentence for the person who typed it. */
export function parsePromptCommand(text: string, lineCount: number): Result<PromptCommand, string> {
  const [word, ...rest] = text.trim().split(/\s+/);
  if (word === undefined || word === "") return ok({ kind: "nothing" });
  switch (word) {
    case "status":
    case "help":
    case "quit":
      return ok({ kind: word });
    case "exit":
      return ok({ kind: "quit" });
    case "lift":
    case "hang":
    case "dial":
    case "flash":
    case "say":
    case "record":
      return parsePhoneCommand(word, rest, lineCount);
    default: {
      const meant = didYouMean(word, WORDS);
      const advice =
        meant === undefined ? '"help" lists what it knows' : `did you mean "${meant}"?`;
      return err(`"${word}" is not a command; ${advice}`);
    }
  }
}

function parsePhoneCommand(
  word: "lift" | "hang" | "dial" | "flash" | "say" | "record",
  rest: readonly string[],
  lineCount: number,
): Result<PromptCommand, string> {
  const line = Number(rest[0]);
  if (rest[0] === undefined) return err(`${word} which phone? Like: ${word} 1`);
  if (!Number.isInteger(line) || line < 1 || line > lineCount) {
    return err(`there is no phone "${rest[0]}"; they are numbered 1 to ${lineCount}`);
  }
  const argument = rest.slice(1).join(" ");
  switch (word) {
    case "lift":
    case "hang":
      return argument === "" ? ok({ kind: word, line }) : err(`${word} takes a phone, no more`);
    case "dial": {
      const digits = argument.replaceAll(/[\s-]/g, "").toUpperCase();
      if (digits === "") return err("dial what? Like: dial 1 102");
      const wrong = [...digits].find((digit) => !isDigit(digit));
      if (wrong !== undefined) return err(`"${wrong}" is not on a telephone`);
      return ok({ kind: "dial", line, digits });
    }
    case "flash": {
      if (argument === "") return ok({ kind: "flash", line });
      const durationMs = Number(argument);
      if (!Number.isInteger(durationMs) || durationMs < 10 || durationMs > 2000) {
        return err(`"${argument}" is not a flash; give 10 to 2000 milliseconds`);
      }
      return ok({ kind: "flash", line, durationMs });
    }
    case "say":
      return argument === ""
        ? err("say what? Like: say 1 speech.wav")
        : ok({ kind: "say", line, file: argument });
    case "record":
      return ok({ kind: "record", line, file: argument === "" ? undefined : argument });
  }
}
