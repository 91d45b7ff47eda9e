export {
  type GpioSlicConfig,
  type GpioSlicPins,
  type GpioSlicPorts,
  openGpioSlic,
} from "./gpio-slic.ts";
export {
  GPIO_SLIC_PROFILES,
  type GpioSlicChip,
  type GpioSlicProfile,
  type PowerDownPin,
} from "./gpio-slic-profiles.ts";
