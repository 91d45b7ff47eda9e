export { type AlsaPcmOptions, createCardOpener, createPcm } from "./alsa-pcm.ts";
export { loadG729 } from "./g729.ts";
export { createGpio, type GpioOptions } from "./gpio.ts";
export { type ChardevGpioOptions, createChardevGpio } from "./gpio-chardev.ts";
export type { FileState, GpioKernel } from "./gpio-chardev-kernel.ts";
export { inspectPins, type PinInspection, type PinState } from "./gpio-inspect.ts";
export { createMediaClock, type MediaClock } from "./media-clock.ts";
export {
  automaticGains,
  type MixerControl,
  mixerChanges,
  mixerCommands,
  parseMixer,
  readKeptMixer,
} from "./mixer.ts";
export type { OnoffLine, OpenOnoffLine } from "./onoff-binding.ts";
export { loadOpensslDtls } from "./openssl-dtls.ts";
export { createPwmFiles, type PwmFiles } from "./pwm-files.ts";
export { createPwmGpio, type PwmGpioOptions, type PwmPin, type PwmPins } from "./pwm-gpio.ts";
export { createSerial, type SerialOptions } from "./serial.ts";
export { loadSocketMarks, type SocketMarks } from "./socket-marks.ts";
export type { CardChannels, OpenSoundCard, SoundCard } from "./sound-card.ts";
export { type ChannelSide, channelsFor, parseSoundChannel } from "./sound-channel.ts";
export { OWN_FULL_SCALE_DBM0, type SoundLevels } from "./sound-levels.ts";
export { loadSpandspFax } from "./spandsp-fax.ts";
export { createSpi, type SpidevOptions } from "./spidev.ts";
export { createSysfsGpio, type SysfsGpioOptions } from "./sysfs-gpio.ts";
export { favourHelpers, setThreadPriority } from "./thread-priority.ts";
export { trimMemory } from "./trim-memory.ts";
