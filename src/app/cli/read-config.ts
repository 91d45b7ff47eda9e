import { readFileSync, statSync } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { err, ok, type Result } from "../../base/result.ts";
import { errorText } from "../../base/thrown.ts";
import { errorCode } from "../../hal/node/index.ts";
import { ENGINE_CODECS } from "../../media/index.ts";
import type { BoardFile } from "../config/board-file.ts";
import type { BoxConfig } from "../config/box-config.ts";
import { DATA_FOLDER } from "../config/call-records.ts";
import {
  type ConfigPath,
  type ConfigProblem,
  printConfigProblem,
} from "../config/config-problem.ts";
import { linesOf, resolveConfig } from "../config/resolve-config.ts";
import { wantsT38 } from "../config/resolve-fax.ts";
import { type ProvisioningSettings, resolveProvisioning } from "../config/resolve-provisioning.ts";
import { type CodecFaults, DEFAULT_RECORDINGS } from "../config/resolve-rtp.ts";
import { parseRegistrar, type WrittenRegistrar, withDhcpServers } from "../config/resolve-sip.ts";
import { wantsDtls } from "../config/resolve-srtp.ts";
import { resolveSyslog, type SyslogSettings } from "../config/resolve-syslog.ts";
import type { UserConfig, UserLine } from "../config/user-config.ts";
import { ConfigReader } from "../config-reader.ts";
import type { KeptConfig } from "../kept-provisioning.ts";
import { codecFault } from "../load-codecs.ts";
import { dtlsFault } from "../load-dtls.ts";
import { faxFault } from "../load-fax.ts";
import { ownHostsToward } from "../own-hosts.ts";
import { packageVersion, readBoard } from "../package-files.ts";
import type { LeaseOptions } from "../provision/lease.ts";
import { type CommandOptions, DEFAULT_FILE } from "./command-line.ts";
import { type Describe, type Written, withFetched } from "./read-fetched.ts";
import { leaseOf, withLeaseServers } from "./read-lease.ts";
import { directoryFault } from "./usable-directory.ts";

/** A configuration that is fetched: where from, and what it is now. */
export interface ReadProvisioning {
  readonly settings: ProvisioningSettings;
  /** What was fetched, where there is something that is used. */
  readonly kept?: KeptConfig;
}

/** A configuration, resolved, with what the app itself needs of it. */
export interface ReadConfig {
  /** The file it came from; undefined where there was none. */
  readonly file?: string;
  readonly user: UserConfig;
  /** The same before anything was added to it: the file's, and what was fetched. */
  readonly written: UserConfig;
  readonly provisioning?: ReadProvisioning;
  /** What DHCP has told, where that is read. */
  readonly lease?: LeaseOptions;
  readonly board: BoardFile;
  readonly box: BoxConfig;
  readonly lines: readonly UserLine[];
  /** The registrar toward which this machine's address was looked for; absent: none was. */
  readonly way?: { readonly to: WrittenRegistrar; readonly isSure: boolean };
  /** The server that gets the log too. */
  readonly syslog?: SyslogSettings;
  /** What is not wrong in itself but will not work, one sentence each. */
  readonly warnings: readonly string[];
}

/** What is read, and how. */
export type ReadOptions = CommandOptions & {
  /** Nobody is called: no name is asked for, which may take long, and no warning is of worth. */
  readonly isOffline?: true;
  /** In the place of the one that was fetched last: whether it would do. */
  readonly candidate?: KeptConfig;
};

/**
 * Reads the configuration that the options name, or the default one, with what was fetched for it
 * under it. `extend` may add what this run needs (a guest extension). Every problem is one
 * printable line. One that was fetched and does not do any more is left aside, and warned of.
 */
export async function readConfig(
  options: ReadOptions,
  createToken: () => string,
  extend: (user: UserConfig) => UserConfig = (user) => user,
  reader: Pick<ConfigReader, "read"> = new ConfigReader(),
): Promise<Result<ReadConfig, readonly string[]>> {
  const own = await readOwn(options, reader);
  if (!own.ok) return own;
  const whole = await withFetched(own.value, options.candidate, reader);
  const resolve = (written: Written) => resolveWritten(written, options, createToken, extend);
  const read = whole.ok ? await resolve(whole.value) : whole;
  const isFetched = !whole.ok || whole.value.kept !== undefined;
  if (read.ok || !isFetched || options.candidate !== undefined) return read;
  const alone = await resolve(own.value);
  if (!alone.ok) return read;
  const left = read.error.map(
    (text) => `The configuration that was fetched is left aside: ${text}`,
  );
  return ok({ ...alone.value, warnings: [...left, ...alone.value.warnings] });
}

/** The file of this machine, as it is written. */
async function readOwn(
  options: ReadOptions,
  reader: Pick<ConfigReader, "read">,
): Promise<Result<Written, readonly string[]>> {
  const file = options.config ?? ((await exists(DEFAULT_FILE)) ? DEFAULT_FILE : undefined);
  let user: UserConfig = {};
  let describe: Describe = async (problems) =>
    problems.map((problem) => printConfigProblem("configuration", problem));
  if (file !== undefined) {
    const text = await readText(file);
    if (!text.ok) return err([text.error]);
    const toRead = { text: text.value, fileName: file };
    const read = await reader.read({ ...toRead, problems: [] });
    if (!read.ok) return read;
    user = read.value.config;
    describe = async (problems) => {
      if (problems.length === 0) return [];
      const again = await reader.read({ ...toRead, problems });
      return again.ok ? again.value.told : again.error;
    };
  }
  return ok({ user, describe, ...(file === undefined ? {} : { file }) });
}

async function resolveWritten(
  { user: written, kept, describe, file }: Written,
  options: ReadOptions,
  createToken: () => string,
  extend: (user: UserConfig) => UserConfig,
): Promise<Result<ReadConfig, readonly string[]>> {
  const lease = leaseOf(written);
  // Before it is extended: a guest's exchange is no word against a registrar.
  const told = withLeaseServers(withDhcpServers(fromOptions(written, options)), lease);
  let user = extend(told);
  const way = options.isOffline === true ? undefined : await findWay(user);
  if (way?.hosts !== undefined) user = { ...user, sip: { ...way.hosts, ...user.sip } };
  const board = await readBoard(user.board ?? "hw-sim");
  if (!board.ok) return err(await describe([{ path: ["board"], text: board.error }]));
  const version = await packageVersion();
  const codecFaults = await findCodecFaults(user);
  const lines = linesOf(user, board.value);
  const lacksT38 = wantsT38(user, lines) ? await faxFault() : undefined;
  const lacksDtls = wantsDtls(user) ? await dtlsFault() : undefined;
  const box = resolveConfig(user, {
    board: board.value,
    version,
    createToken,
    readTextFile,
    codecFaults,
    ...(lacksT38 === undefined ? {} : { faxFault: lacksT38 }),
    ...(lacksDtls === undefined ? {} : { dtlsFault: lacksDtls }),
  });
  const problems: ConfigProblem[] = [];
  const syslog = resolveSyslog(user, readTextFile, problems);
  const settings = resolveProvisioning(user, readTextFile, problems);
  if (!box.ok) return err(await describe([...box.error, ...problems]));
  if (problems.length > 0) return err(await describe(problems));
  const folders = await folderProblems(user);
  const hopeless = folders.filter(({ isHopeless }) => isHopeless);
  if (hopeless.length > 0) return err(await describe(hopeless.map(({ problem }) => problem)));
  return ok({
    user,
    written,
    ...(lease === undefined ? {} : { lease }),
    ...(settings === undefined
      ? {}
      : { provisioning: { settings, ...(kept === undefined ? {} : { kept }) } }),
    board: board.value,
    box: box.value,
    lines,
    ...(syslog === undefined ? {} : { syslog }),
    warnings: [
      ...warningsOf(user),
      ...faxWarnings(lacksT38),
      ...(await describe(folders.map(({ problem }) => problem))),
    ],
    ...(way === undefined ? {} : { way: { to: way.to, isSure: way.isSure } }),
    ...(file === undefined ? {} : { file }),
  });
}

/** Says what is wrong with a configuration; what a command ends with then. */
export function tellProblems(problems: readonly string[]): number {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return 1;
}

/** What keeps files out of the folders that they are to go into. */
async function folderProblems({
  data,
  recording,
}: UserConfig): Promise<
  readonly { readonly isHopeless: boolean; readonly problem: ConfigProblem }[]
> {
  const folders: [ConfigPath, string][] = [[["data"], data ?? DATA_FOLDER]];
  if (recording?.calls === "all") {
    folders.push([["recording", "folder"], recording.folder ?? DEFAULT_RECORDINGS]);
  }
  const found = [];
  for (const [path, folder] of folders) {
    const fault = await directoryFault(folder);
    if (fault === undefined) continue;
    const text = `is ${JSON.stringify(folder)}, but ${fault.text}; name another folder`;
    found.push({ isHopeless: fault.isHopeless, problem: { path, text } });
  }
  return found;
}

/** Of the codecs from outside that are named, those that this machine lacks. */
async function findCodecFaults(user: UserConfig): Promise<CodecFaults> {
  const faults: { -readonly [Name in keyof CodecFaults]: CodecFaults[Name] } = {};
  for (const { name, engine } of ENGINE_CODECS) {
    const records = engine === "opus" && user.recording?.format === "opus";
    const isWanted = records || user.rtp?.codecs?.includes(name) === true;
    const fault = isWanted ? await codecFault(engine) : undefined;
    if (fault !== undefined) faults[engine] = fault;
  }
  return faults;
}

/** How long a registrar's name is waited for, ms: lines serve their telephones without it. */
const NAME_LIMIT_MS = 500;

/** Toward a registrar elsewhere, the addresses it can answer to; loopback would not do. */
async function findWay({ registrar, sip }: UserConfig) {
  if (registrar === undefined || sip?.host !== undefined) return undefined;
  const to = parseRegistrar(registrar);
  // What is wrong with it is told later.
  if (to === undefined) return undefined;
  const found = await ownHostsToward(to, NAME_LIMIT_MS);
  if (found === undefined) return { to, isSure: false };
  const { isSure, ...hosts } = found;
  return { to, isSure, hosts };
}

/** The largest file that the configuration may name, bytes. */
const NAMED_FILE_MAX_BYTES = 1_000_000;

/** A file that the configuration names. */
function readTextFile(file: string): Result<string, string> {
  try {
    const { size } = statSync(file);
    if (size > NAMED_FILE_MAX_BYTES) return err(`is larger than ${NAMED_FILE_MAX_BYTES} bytes`);
    return ok(readFileSync(file, "utf8"));
  } catch (error) {
    return err(errorText(error));
  }
}

function warningsOf({ registrar, sip }: UserConfig): readonly string[] {
  if (registrar === undefined || sip?.host !== undefined) return [];
  return [
    `There is no way to the registrar ${registrar} now, so SIP stays on this machine until there ` +
      "is one: put the network right, or name this machine's address in sip.host.",
  ];
}

/** A fax goes through without T.38 too, if less surely. */
function faxWarnings(fault: string | undefined): readonly string[] {
  if (fault === undefined) return [];
  return [`T.38 is not spoken, faxes go through as sound. ${fault}`];
}

/** What the command line says comes before what the file says. */
function fromOptions(user: UserConfig, options: CommandOptions): UserConfig {
  let merged = user;
  if (options.board !== undefined) merged = { ...merged, board: options.board };
  if (options.registrar !== undefined) merged = { ...merged, registrar: options.registrar };
  const { sipPort, logLevel } = options;
  if (sipPort !== undefined) merged = { ...merged, sip: { ...merged.sip, port: Number(sipPort) } };
  if (logLevel !== undefined) merged = { ...merged, log: { ...merged.log, level: logLevel } };
  return merged;
}

/** Whether there is such a file, be it one that cannot be read: then that is told. */
async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: unknown) => errorCode(error) !== "ENOENT",
  );
}

async function readText(file: string): Promise<Result<string, string>> {
  try {
    return ok(await readFile(file, "utf8"));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return err(`${file}: there is no such file`);
    const why = errorText(error);
    return err(`${file}: cannot be read: ${why}`);
  }
}
