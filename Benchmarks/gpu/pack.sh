#!/bin/sh
# Makes a folder that runs Benchmarks/gpu/run.sh on an x86-64 Linux machine without Swift: static
# programs, the OpenCL loader, and the peers in Python.
#
# Usage: pack.sh [FOLDER]     (default .build/gpu-bundle; also packed as FOLDER.tar.gz)
#
#   FOLDER/run.sh           the one command
#   FOLDER/bin/             apus, apus-bench-kernels, opencl
#   FOLDER/lib/             the OpenCL loader
#   FOLDER/lib/otherwise/   what of C++ the programs need, for machines that have none
#   FOLDER/peers/           PyTorch's part, run where some Python there has it
#   FOLDER/extra/           empty: a driver's libnvidia-opencl.so.1 put here is found first
set -eu
cd "$(dirname "$0")/../.."

bundle=${1:-.build/gpu-bundle}
scratch=.build/static

for product in apus apus-bench-kernels; do
  swift build -c release --static-swift-stdlib --scratch-path "$scratch" --product "$product"
done
programs=$(swift build -c release --static-swift-stdlib --scratch-path "$scratch" --show-bin-path)

rm -rf "$bundle"
mkdir -p "$bundle/bin" "$bundle/lib/otherwise" "$bundle/peers" "$bundle/extra"
for program in apus apus-bench-kernels; do
  strip -o "$bundle/bin/$program" "$programs/$program"
done
# A package's resources lie beside the program.
for resources in "$programs"/*.resources; do
  [ ! -e "$resources" ] || cp -r "$resources" "$bundle/bin"
done
# No -march=native: the other machine's processor is another.
cc -O2 -std=gnu2x -o "$bundle/bin/opencl" Benchmarks/kernels/peers/opencl.c -lOpenCL -lm
cp Benchmarks/gpu/run.sh Benchmarks/gpu/table.py Benchmarks/common/report.py "$bundle"
cp Benchmarks/kernels/peers/torch_peer.py Benchmarks/kernels/peers/sampler.py "$bundle/peers"

# The path of a library as the dynamic linker here finds it.
library() {
  ldconfig -p | sed -n "s|.*$1 .*x86-64.* => ||p" | head -n 1
}
cp "$(library libOpenCL.so.1)" "$bundle/lib"
for name in libstdc++.so.6 libgcc_s.so.1; do
  ! ldd "$bundle"/bin/* | grep -q "$name" ||
    cp "$(library "$name")" "$bundle/lib/otherwise"
done

# What the programs take from the system, the bundle's own libraries aside.
needed=$(ldd "$bundle"/bin/* | sed -n 's/^\t\([^ ]*\) => .*/\1/p' | sort -u)
newest=$(objdump -T "$bundle"/bin/* "$bundle"/lib/*.so* |
  sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -V | tail -n 1)
cat > "$bundle/README.txt" <<END
bash run.sh          measures the first OpenCL GPU and leaves result.json; under ten minutes
Needs glibc $newest or newer and an NVIDIA driver. Libraries that the programs name:
$needed
END
tar -C "$(dirname "$bundle")" -czf "$bundle.tar.gz" "$(basename "$bundle")"
du -sh "$bundle" "$bundle.tar.gz"
