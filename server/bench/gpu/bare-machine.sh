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
# The CUDA provider comes in pieces, one in each call ("2of6"), and is put together when all have come.
for piece in .gpu/cuda.tar.xz.*of*; do
  [ -f "$piece" ] && cp "$piece" "$place"
done
for first in "$place"/cuda.tar.xz.1of*; do
  [ -f "$first" ] || continue
  count=${first##*of}
  i=1
  : >"$place/cuda.tar.xz"
  while [ "$i" -le "$count" ] && [ -f "$place/cuda.tar.xz.${i}of$count" ]; do
    cat "$place/cuda.tar.xz.${i}of$count" >>"$place/cuda.tar.xz"
    i=$((i + 1))
  done
  if [ "$i" -le "$count" ]; then
    echo "of the CUDA provider piece $i of $count has yet to be carried" >&2
    continue
  fi
  python3 -m tarfile -e "$place/cuda.tar.xz" "$place"
  rm "$place"/cuda.tar.xz*
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

# CUDA's libraries, where PyTorch's packages or a toolkit have them.
libraries=$(python3 -c 'import glob, site; print(":".join(d for s in site.getsitepackages() for d in glob.glob(s + "/nvidia/*/lib")))')
export LD_LIBRARY_PATH="$libraries:/usr/local/cuda/lib64:${LD_LIBRARY_PATH-}"

exec "$place/node" "$place/dist/server/bench/gpu/main.js" --pixels "$@"
