#!/bin/busybox sh
# The guest's first program: makes a chip of simulated lines and a sound card, runs the laboratory,
# and ends.
/bin/busybox --install -s /bin
export PATH=/bin LD_LIBRARY_PATH=/lib
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
insmod /modules/configfs.ko
insmod /modules/gpio-sim.ko
mount -t configfs configfs /sys/kernel/config
bank=/sys/kernel/config/gpio-sim/ata/bank0
mkdir -p "$bank"
echo 8 > "$bank/num_lines"
echo ata-sim > "$bank/label"
for line in 5 6; do
  mkdir "$bank/line$line"
  echo "GPIO$line" > "$bank/line$line/name"
done
echo 1 > /sys/kernel/config/gpio-sim/ata/live
cd /lab
node gpio.lab.mjs || echo "lab: ended with $?"
for module in soundcore snd snd-timer snd-pcm snd-aloop; do
  insmod "/modules/$module.ko"
done
node sound.lab.mjs || echo "lab: ended with $?"
poweroff -f
