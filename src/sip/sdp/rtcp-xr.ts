import type { ExtendedReports } from "../../base/media-messages.ts";

/** The attribute that asks for extended reports. @see RFC 3611 §5.1 */
export const RTCP_XR = "rtcp-xr";

const METRICS = "voip-metrics";
const LOSS_RLE = "pkt-loss-rle";

/** What our offers ask for. */
export const ALL_REPORTS: ExtendedReports = { metrics: true, lossRle: true };

/**
 * What the values of the attribute ask for, of what we can tell; undefined where that is nothing.
 *
 *    a=rtcp-xr:pkt-loss-rle[=octets] voip-metrics …
 */
export function extendedReportsOf(values: readonly string[]): ExtendedReports | undefined {
  let metrics = false;
  let lossRle = false;
  let lossRleMaxBytes: number | undefined;
  for (const format of values.flatMap((value) => value.split(" "))) {
    if (format === METRICS) metrics = true;
    const rle = /^pkt-loss-rle(?:=(\d{1,5}))?$/.exec(format);
    if (rle === null) continue;
    lossRle = true;
    if (rle[1] !== undefined) lossRleMaxBytes = Number(rle[1]);
  }
  if (!metrics && !lossRle) return undefined;
  return { metrics, lossRle, ...(lossRleMaxBytes === undefined ? {} : { lossRleMaxBytes }) };
}

/** The attribute that asks for the same; none where that is nothing. */
export function extendedReportLines(reports: ExtendedReports | undefined): readonly string[] {
  if (reports === undefined) return [];
  const formats = [...(reports.lossRle ? [LOSS_RLE] : []), ...(reports.metrics ? [METRICS] : [])];
  return [`${RTCP_XR}:${formats.join(" ")}`];
}
