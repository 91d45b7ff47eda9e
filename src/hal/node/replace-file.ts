import { open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/** How many drafts there were: two at once are two files. */
let drafts = 0;

/**
 * Writes a file whole: a reader, and whoever comes after a power cut or a full disk, finds the old
 * text or the new one. Only this user may read it. Rejects with what the system said.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  // "~" is no character of a name in a store, so this file can never be one that was asked for.
  drafts++;
  const draft = `${path}~${process.pid}-${drafts}`;
  try {
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(text, "utf8");
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** A new name is durable only once its directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
