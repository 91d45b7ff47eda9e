import { err, ok, type Result } from "../../base/result.ts";
import { DATA_FOLDER } from "../config/call-records.ts";
import type { ConfigProblem } from "../config/config-problem.ts";
import { originOf } from "../config/resolve-provisioning.ts";
import type { UserConfig } from "../config/user-config.ts";
import type { ConfigReader } from "../config-reader.ts";
import { type KeptConfig, readKept } from "../kept-provisioning.ts";
import { notFetchable } from "../provision/fetchable.ts";
import { depthOf, mergeConfig } from "../provision/merge.ts";

/** Turns problems into lines that name their places. */
export type Describe = (problems: readonly ConfigProblem[]) => Promise<readonly string[]>;

/** A configuration that has the right shape, and how problems of it are told. */
export interface Written {
  readonly user: UserConfig;
  /** Of it that was fetched. */
  readonly kept?: KeptConfig;
  readonly describe: Describe;
  /** This machine's own file. */
  readonly file?: string;
}

/**
 * This machine's configuration with the fetched one under it, or the candidate in its place. One
 * that was fetched from another address than is written now does not count.
 */
export async function withFetched(
  own: Written,
  candidate: KeptConfig | undefined,
  reader: Pick<ConfigReader, "read">,
): Promise<Result<Written, readonly string[]>> {
  const { provisioning, data = DATA_FOLDER } = own.user;
  if (provisioning === undefined) return ok(own);
  const kept = candidate ?? (await readKept(data));
  if (kept === undefined || kept.origin !== originOf(provisioning)) return ok(own);
  const toRead = { text: kept.text, fileName: kept.from };
  const read = await reader.read({ ...toRead, problems: [] });
  if (!read.ok) return read;
  const fetched = read.value.config;
  const describeFetched: Describe = async (problems) => {
    const again = await reader.read({ ...toRead, problems });
    return again.ok ? again.value.told : again.error;
  };
  const refused = notFetchable(fetched);
  if (refused.length > 0) return err(await describeFetched(refused));
  const describe: Describe = async (problems) => {
    const isFetched = ({ path }: ConfigProblem): boolean =>
      depthOf(fetched, path) > depthOf(own.user, path);
    const theirs = problems.filter(isFetched);
    return [
      ...(await own.describe(problems.filter((problem) => !isFetched(problem)))),
      ...(theirs.length === 0 ? [] : await describeFetched(theirs)),
    ];
  };
  return ok({ ...own, user: mergeConfig(fetched, own.user), kept, describe });
}
