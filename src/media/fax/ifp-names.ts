/** What a packet says of the line: a tone, or the training of a modem. The place is the value. */
export const T30_INDICATORS = [
  "no-signal",
  "cng",
  "ced",
  "v21-preamble",
  "v27-2400-training",
  "v27-4800-training",
  "v29-7200-training",
  "v29-9600-training",
  "v17-7200-short-training",
  "v17-7200-long-training",
  "v17-9600-short-training",
  "v17-9600-long-training",
  "v17-12000-short-training",
  "v17-12000-long-training",
  "v17-14400-short-training",
  "v17-14400-long-training",
  // Of later versions, behind the extension mark.
  "v8-ansam",
  "v8-signal",
  "v34-cntl-channel-1200",
  "v34-pri-channel",
  "v34-cc-retrain",
  "v33-12000-training",
  "v33-14400-training",
] as const;

/** One of {@link T30_INDICATORS}. @see ITU-T T.38 §7.3.1, Annex A */
export type T30Indicator = (typeof T30_INDICATORS)[number];

/** Values of the first version: the others stand behind the extension mark. */
export const T30_INDICATORS_ROOT = 16;

/** By which modem data came, or is to go. The place is the value. */
export const T30_DATA_TYPES = [
  "v21",
  "v27-2400",
  "v27-4800",
  "v29-7200",
  "v29-9600",
  "v17-7200",
  "v17-9600",
  "v17-12000",
  "v17-14400",
  "v8",
  "v34-pri-rate",
  "v34-cc-1200",
  "v34-pri-ch",
  "v33-12000",
  "v33-14400",
] as const;

/** One of {@link T30_DATA_TYPES}. @see ITU-T T.38 §7.3.2, Annex A */
export type T30DataType = (typeof T30_DATA_TYPES)[number];

/** Values of the first version. */
export const T30_DATA_TYPES_ROOT = 9;

/** What a piece of data is, and what ended with it. The place is the value. */
export const IFP_FIELD_TYPES = [
  "hdlc-data",
  "hdlc-sig-end",
  "hdlc-fcs-ok",
  "hdlc-fcs-bad",
  "hdlc-fcs-ok-sig-end",
  "hdlc-fcs-bad-sig-end",
  "t4-non-ecm-data",
  "t4-non-ecm-sig-end",
  "cm-message",
  "jm-message",
  "ci-message",
  "v34-rate",
] as const;

/** One of {@link IFP_FIELD_TYPES}. @see ITU-T T.38 §7.4.1, Annex A */
export type IfpFieldType = (typeof IFP_FIELD_TYPES)[number];

/** Values of the first version. */
export const IFP_FIELD_TYPES_ROOT = 8;
