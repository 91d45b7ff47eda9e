import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import type { ReadTextFile } from "./user-config.ts";

/** What a `tls` of the configuration says of files. */
interface WrittenTlsFiles {
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** The texts of those files, PEM. */
export interface TlsFiles {
  /** Whom to believe; the system's list where absent. */
  readonly authorities?: string;
  /** What we show of ourselves. */
  readonly identity?: { readonly certificate: string; readonly key: string };
}

/** Where a `tls` stands, and how its files are read. */
export interface TlsFilesOptions {
  readonly path: ConfigPath;
  /** Absent where no files are read. */
  readonly readTextFile: ReadTextFile | undefined;
  /** What is taken beside PEM. */
  readonly alsoTaken?: RegExp;
}

/**
 * Reads the files that a `tls` of the configuration names. One that cannot be read or is no PEM,
 * and a certificate or key without the other, are problems at their place.
 */
export function readTlsFiles(
  written: WrittenTlsFiles,
  { path, readTextFile, alsoTaken }: TlsFilesOptions,
  problems: ConfigProblem[],
): TlsFiles {
  const read = (key: "ca" | "certificate" | "key"): string | undefined => {
    const file = written[key];
    if (file === undefined) return undefined;
    const text = readTextFile?.(file) ?? { ok: false as const, error: "no files are read here" };
    const label = key === "key" ? "PRIVATE KEY" : "CERTIFICATE";
    if (text.ok && (isPem(text.value, label) || alsoTaken?.test(text.value) === true)) {
      return text.value;
    }
    const why = text.ok ? `, which is no ${label.toLowerCase()} in PEM` : `: ${text.error}`;
    problems.push({ path: [...path, key], text: `names ${file}${why}` });
    return undefined;
  };
  const authorities = read("ca");
  const certificate = read("certificate");
  const key = read("key");
  if ((written.certificate === undefined) !== (written.key === undefined)) {
    const isKey = written.certificate === undefined;
    const text = `needs ${path.join(".")}.${isKey ? "certificate" : "key"} beside it`;
    problems.push({ path: [...path, isKey ? "key" : "certificate"], text, atKey: true });
  }
  return {
    ...(authorities === undefined ? {} : { authorities }),
    ...(certificate === undefined || key === undefined ? {} : { identity: { certificate, key } }),
  };
}

/** Fingerprints as they are compared, however they are written: `AB:CD` or `abcd`. */
export function plainFingerprints(written: readonly string[] = []): readonly string[] {
  return written.map((one) => one.replaceAll(":", "").toLowerCase());
}

function isPem(text: string, label: string): boolean {
  return new RegExp(`-----BEGIN (?:[A-Z0-9]+ )*${label}-----`).test(text);
}
