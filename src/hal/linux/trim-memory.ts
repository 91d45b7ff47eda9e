import { type Koffi, loadKoffi } from "./koffi-binding.ts";

/**
 * Has the C library give back to the machine what was freed (the compiler's, the parsers'), of all
 * threads; takes a millisecond or less. Does nothing where `koffi` is not installed, or where the
 * library keeps no such memory. @see malloc_trim(3)
 */
export async function trimMemory(
  load: () => Promise<Koffi> = () => loadKoffi("giving memory back"),
): Promise<void> {
  try {
    const koffi = await load();
    koffi.load(null).func("int malloc_trim(size_t pad)")(0);
  } catch {
    // Memory is kept, as it would have been.
  }
}
