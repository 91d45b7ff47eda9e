import { z } from "zod";

const folder = z.string().min(1).max(1024);

/** What is kept on the disk: state, call records, recordings. */
export const keptShape = {
  data: folder.optional(),
  callRecords: z
    .strictObject({
      fileKb: z.int().min(64).max(1_048_576).optional(),
      files: z.int().min(2).max(100).optional(),
    })
    .optional(),
  recording: z
    .strictObject({
      calls: z.enum(["off", "all"]).optional(),
      format: z.enum(["wav", "opus"]).optional(),
      folder: folder.optional(),
      sounds: folder.optional(),
    })
    .optional(),
};
