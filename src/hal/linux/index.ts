export { type AlsaPcmOptions, createCardOpener, createPcm } from "./alsa-pcm.ts";
export { createGpio, type GpioOptions } from "./gpio.ts";
export { type ChardevGpioOptions, createChardevGpio } from "./gpio-chardev.ts";
export { type FileState, type GpioKernel, loadGpioKernel } from "./gpio-chardev-kernel.ts";
export { gpioSysfsPath } from "./gpio-lines.ts";
export { loadOnoff, type OnoffLine, type OpenOnoffLine } from "./onoff-binding.ts";
export { createSerial, SERIAL_PENDING_MAX_BYTES, type SerialOptions } from "./serial.ts";
export { createSpi, SPI_TRANSFER_MAX_BYTES, type SpidevOptions } from "./spidev.ts";
export { createSysfsGpio, type SysfsGpioOptions } from "./sysfs-gpio.ts";
