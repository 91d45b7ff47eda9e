export {
  type GpioSlicConfig,
  type GpioSlicPins,
  type GpioSlicPorts,
  openGpioSlic,
} from "./gpio-slic.ts";
export {
  GPIO_SLIC_PROFILES,
  type GpioSlicChip,
  type GpioSlicOverrides,
  type GpioSlicProfile,
  overrideProfile,
  type PowerDownPin,
} from "./gpio-slic-profiles.ts";
export {
  type CardCheckOptions,
  type CardCheckResult,
  checkCard,
} from "./serial-card/check/card-check.ts";
export { HYBRIDS_DB, type HybridDb, type LineSettings } from "./serial-card/line-settings.ts";
export {
  type CardLook,
  type OpenCardLine,
  type SerialCardLineConfig,
  SerialCards,
} from "./serial-card/serial-cards.ts";
export { type CardCoding, CODINGS } from "./serial-card/wire-numbers.ts";
export { PROSLIC_GAIN_MAX_DB } from "./si321x/gains.ts";
export type { OutputStage, Si321xChip } from "./si321x/indirect-registers.ts";
export { Si321xChips } from "./si321x/si321x-chips.ts";
export type { Si321xConfig } from "./si321x/si321x-config.ts";
