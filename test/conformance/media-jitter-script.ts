/** One session of the jitter-buffer event scripts; their format is told in the file's own head. */
export interface JitterScript {
  readonly title: string;
  readonly mode: string;
  /** Frames that playout begins with at least; where fixed, that it always waits. */
  readonly prefetch: number;
  /** Tolerable values by name, in frames: `discard`, `lost`, `empty`, `delay`… */
  readonly limits: {
    readonly discard?: number;
    readonly lost?: number;
    readonly empty?: number;
    readonly delay?: number;
    readonly delay_min?: number;
  };
  /** P put, G get, L lose one, D duplicate, O an old one. */
  readonly events: string;
}

/** The sessions of a script file that have events. */
export function jitterScriptsFromText(text: string): readonly JitterScript[] {
  const scripts: JitterScript[] = [];
  let title = "";
  let mode = "";
  let prefetch = 0;
  let limits: Record<string, number> = {};
  let events = "";
  for (const line of text.split("\n").map((each) => each.replace(/#.*/, "").trim())) {
    const limit = /^!(\w+)\s+(\d+)/.exec(line);
    if (line.startsWith("=")) title = line.slice(1).trim();
    else if (line.startsWith("%")) {
      mode = /^%(\w+)/.exec(line)?.[1] ?? "";
      prefetch = Number(/^%\w+ (\d+)/.exec(line)?.[1] ?? 0);
    } else if (limit !== null) limits[limit[1] ?? ""] = Number(limit[2]);
    else if (line !== ".") events += line.replace(/[^PGLRJDO]/g, "");
    else {
      if (events !== "") scripts.push({ title, mode, prefetch, limits, events });
      limits = {};
      events = "";
    }
  }
  return scripts;
}
