#!/bin/sh
# The GPU bench on a Linux machine that has Python with onnx and numpy, but neither Node nor this project's packages
# nor a network. From the repository's root:
#
#   sh server/bench/gpu/bare-machine.sh [options of bench:gpu]
#   sh server/bench/gpu/bare-machine.sh --unpack                 unpacks what was carried, and nothing else
#
# What is missing there comes out of the archives in .gpu/, which `npm run bench:gpu:pack` makes. docs/bench/README.md
# has the whole commands.
set -eu
place=/tmp/sketchwire-gpu
mkdir -p "$place"

# An archive that was unpacked by an earlier command need not be carried again; a new one is taken anew.
for part in node bench; do
  archive=.gpu/$part.tar.xz
  stamp=$place/$part.unpacked
  [ -f "$archive" ] || continue
  [ -f "$stamp" ] && [ ! "$archive" -nt "$stamp" ] && [ ! "$archive" -ot "$stamp" ] && continue
  python3 -m tarfile -e "$archive" "$place"
  touch -r "$archive" "$stamp"
done
[ "${1-}" = --unpack ] && exit 0
for part in node bench; do
  [ -f "$place/$part.unpacked" ] && continue
  echo "There is no .gpu/$part.tar.xz, and none was unpacked here before: run \"npm run bench:gpu:pack\" where the project is installed, and carry it along" >&2
  exit 1
done

# Vulkan's loader, and the libraries that NVIDIA's driver for it asks for.
if ! ldconfig -p | grep -q libvulkan; then
  for package in "$place"/debs/*.deb; do dpkg -x "$package" /; done
  ldconfig
fi
# Where NVIDIA's container runtime puts what the loaders look for elsewhere.
vulkan=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
egl=/usr/local/nvidia/share/glvnd/egl_vendor.d/10_nvidia.json
if [ -z "${VK_DRIVER_FILES-}" ] && [ -f "$vulkan" ]; then export VK_DRIVER_FILES="$vulkan"; fi
if [ -z "${__EGL_VENDOR_LIBRARY_FILENAMES-}" ] && [ -f "$egl" ]; then export __EGL_VENDOR_LIBRARY_FILENAMES="$egl"; fi

exec "$place/node" "$place/dist/server/bench/gpu/main.js" --pixels "$@"
