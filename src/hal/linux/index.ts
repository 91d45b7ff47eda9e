export { type AlsaPcmOptions, createCardOpener, createPcm } from "./alsa-pcm.ts";
export { createGpio, type GpioOptions } from "./gpio.ts";
export { type ChardevGpioOptions, createChardevGpio } from "./gpio-chardev.ts";
export { type FileState, type GpioKernel, loadGpioKernel } from "./gpio-chardev-kernel.ts";
export { gpioSysfsPath } from "./gpio-lines.ts";
export { loadOnoff, type OnoffLine, type OpenOnoffLine } from "./onoff-binding.ts";
export { createSysfsGpio, type SysfsGpioOptions } from "./sysfs-gpio.ts";
