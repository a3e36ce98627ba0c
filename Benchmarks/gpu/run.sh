#!/usr/bin/env bash
# Measures Apus on a GPU through OpenCL, on a machine with an NVIDIA driver and no Swift, and leaves
# one JSON file. Each part is a process of its own with a time of its own; one that fails is
# reported there, and the others go on.
#
# Usage: run.sh [--any] [RESULT.json]     (default result.json, or .build/bench-gpu.json)
#   --any   measures any OpenCL device, to try this script where there is no GPU
#
# In a checkout it makes the bundle first (pack.sh). Environment:
#   LIMIT               the seconds that all may take together (540)
#   APUS_TORCH_PYTHON   the Python that has PyTorch, where it is not found by itself
set -uo pipefail

is_any=false
[ "${1:-}" != --any ] || { is_any=true; shift; }
here=$(cd "$(dirname "$0")" && pwd)
result=${1:-result.json}

if ! $is_any && [ ! -e /dev/nvidiactl ] && ! command -v nvidia-smi > /dev/null; then
  echo "gpu: there is no NVIDIA driver here, so nothing is measured"
  exit 0
fi
if [ ! -x "$here/bin/apus-bench-kernels" ]; then
  cd "$here/../.." || exit 1
  bundle=$PWD/.build/gpu-bundle
  result=${1:-.build/bench-gpu.json}
  [ -x "$bundle/bin/apus-bench-kernels" ] || "$here/pack.sh" "$bundle" || exit 1
  here=$bundle
fi

limit=${LIMIT:-540}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
names=()

# The driver's own library first, then the loader that was carried along.
export LD_LIBRARY_PATH=$here/extra:$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
ldconfig -p 2> /dev/null | grep -q 'libstdc++.so.6' || LD_LIBRARY_PATH+=:$here/lib/otherwise
# Empty caches: ours, NVIDIA's and PoCL's.
export XDG_CACHE_HOME=$work/cache CUDA_CACHE_PATH=$work/nvidia POCL_CACHE_DIR=$work/pocl

# Text as the inside of a JSON string, its lines joined.
json_text() {
  tr '\n\t' '  ' | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g'
}

# Runs one part. Usage: part NAME SECONDS COMMAND...
part() {
  local name=$1 seconds=$2 start=$SECONDS status=0
  shift 2
  names+=("$name")
  [ "$seconds" -le $((limit - SECONDS)) ] || seconds=$((limit - SECONDS))
  if [ "$seconds" -lt 5 ]; then
    skip "$name" "no time was left"
    return
  fi
  timeout --kill-after=5 "$seconds" "$@" > "$work/$name.out" 2> "$work/$name.err" || status=$?
  {
    printf '{"seconds": %d, "exit": %d' $((SECONDS - start)) "$status"
    case $status in
      0) ;;
      124 | 137) printf ', "failure": "stopped after %d seconds"' "$seconds" ;;
      *) printf ', "failure": "%s"' "$(tail -n 3 "$work/$name.err" | json_text)" ;;
    esac
    if [ "$(head -c 2 "$work/$name.out")" = '{"' ]; then
      # Lines of JSON; a last one that was cut short is left out.
      printf ', "lines": [%s]' "$(grep -E '^\{.*\}$' "$work/$name.out" | paste -s -d ,)"
    elif [ "$status" -eq 0 ] && head -c 1 "$work/$name.out" | grep -q '[[{]'; then
      printf ', "document": %s' "$(cat "$work/$name.out")"
    else
      printf ', "text": "%s"' "$(head -c 20000 "$work/$name.out" | json_text)"
    fi
    printf '}'
  } > "$work/$name.json"
  echo "gpu: $name: exit $status after $((SECONDS - start)) s"
}

# Says why a part was not measured. Usage: skip NAME WHY
skip() {
  case " ${names[*]:-} " in *" $1 "*) ;; *) names+=("$1") ;; esac
  printf '{"failure": "not measured: %s"}' "$(printf %s "$2" | json_text)" > "$work/$1.json"
  echo "gpu: $1: not measured: $2"
}

# Makes the driver known to the loader where the system does not.
find_driver() {
  local folder library
  if [ ! -e "$here/extra/libnvidia-opencl.so.1" ]; then
    ! $is_any || [ -e /dev/nvidiactl ] || return
    ! grep -qis nvidia /etc/OpenCL/vendors/*.icd || return
  fi
  for folder in "$here/extra" /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/lib \
    /usr/local/nvidia/lib64 /usr/lib/x86_64-linux-gnu/nvidia/current /run/opengl-driver/lib; do
    for library in "$folder"/libnvidia-opencl.so.1 "$folder"/libnvidia-opencl.so.[0-9]*; do
      [ -e "$library" ] || continue
      mkdir -p "$work/vendors"
      echo "$library" > "$work/vendors/nvidia.icd"
      export OCL_ICD_VENDORS=$work/vendors
      return
    done
  done
  echo "gpu: there is no libnvidia-opencl.so.1: put the driver's own into extra/"
}

# The first Python with PyTorch that sees a GPU; with --any, one that has PyTorch at all.
find_torch() {
  local python test='import sys, torch; sys.exit(not torch.cuda.is_available())'
  ! $is_any || test='import torch'
  for python in ${APUS_TORCH_PYTHON:-} python3 python /usr/bin/python3 /usr/local/bin/python3 \
    /opt/*/bin/python3 "$HOME"/*/bin/python3; do
    command -v "$python" > /dev/null && timeout 60 "$python" -c "$test" 2> /dev/null && {
      command -v "$python"
      return
    }
  done
}

describe_system() {
  uname -srm
  grep -m 1 'model name' /proc/cpuinfo
  nproc
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,mig.mode.current \
    --format=csv,noheader 2>&1
  ldd --version | head -n 1
  ls /etc/OpenCL/vendors 2>&1
}

measure_apus() {
  local device=$1 seconds=$2
  shift 2
  "$here/bin/apus-bench-kernels" "$device" "$(nproc)" "$seconds" "$@"
}

products=()
for layout in NN NT TN; do
  products+=("sgemm/$layout/4096x4096x4096" "sgemm/$layout/1024x1024x1024")
done
products+=(sgemm/NN/2048x2048x2048 sgemm/NN/512x512x512 sgemm/NN/256x256x256 sgemm/NN/64x64x64
  sgemm/NN/32x1024x1024 sgemm/NN/65536x64x64 sgemm/NN/128x128x16384)
nets=(plan/64-64-64-1/65536 plan/64-64-64-64-1/65536 plan/256-512-256-1/65536
  plan/64-64-64-1/4096 plan/64-64-64-1/256 plan/64-64-64-1/1 net/64-64-64-1/65536
  net/64-64-64-1/4096 net/64-64-64-1/1)
steps=(train/64-64-64-1/65536 train/64-64-64-1/4096 train/256-512-256-1/8192 train/17-64-64-1/256)
if $is_any && [ ! -e /dev/nvidiactl ]; then
  # A try on a CPU: the same parts, less work.
  products=(sgemm/NN/256x256x256 sgemm/TN/256x256x256 sgemm/NN/32x1024x1024)
  nets=(plan/64-64-64-1/4096 net/64-64-64-1/4096)
  steps=(train/64-64-64-1/4096)
fi

find_driver
export -f describe_system measure_apus
export here
part system 20 bash -c describe_system
part probe 40 "$here/bin/opencl" 0 0.5
# Before anything else has filled the caches.
part start_cold 60 bash -c "measure_apus opencl:0 0 start"
part start_warm 20 bash -c "measure_apus opencl:0 0 start"
part devices 60 "$here/bin/apus" devices --json
part check 60 "$here/bin/apus" devices --self-check --device opencl:0 --json
if "$here/bin/apus" devices --help | grep -q -- --tune; then
  part tuning 120 "$here/bin/apus" devices --tune --device opencl:0 --json
else
  skip tuning "this apus has no devices --tune"
fi
part launch 20 bash -c "measure_apus opencl:0 0.5 launch/wait launch/queued"
part products 90 bash -c "measure_apus opencl:0 0.3 ${products[*]}"
part products_tf32 60 bash -c "measure_apus opencl:0:tf32 0.3 ${products[*]}"
part nets 60 bash -c "measure_apus opencl:0 0.3 ${nets[*]}"
part training 60 bash -c "measure_apus opencl:0 0.3 ${steps[*]}"
part cpu 40 bash -c "measure_apus cpu 0.3 ${nets[*]} ${steps[*]}"

torch=$(find_torch)
if [ -n "$torch" ]; then
  device=cuda
  "$torch" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' || device=cpu
  peer=("$torch" "$here/peers/torch_peer.py" "$device")
  part torch_products 60 "${peer[@]}" f32 1 0.3 "${products[@]}"
  part torch_products_tf32 40 "${peer[@]}" tf32 1 0.3 "${products[@]}"
  part torch_eager 60 "${peer[@]}" f32 1 0.3 "${nets[@]}" "${steps[@]}"
  part torch_compiled 120 "${peer[@]}" compile 1 0.3 "${nets[@]}" "${steps[@]}"
else
  for name in torch_products torch_products_tf32 torch_eager torch_compiled; do
    skip "$name" "no Python here has PyTorch with a GPU"
  done
fi

{
  printf '{"limit_seconds": %d, "seconds": %d' "$limit" "$SECONDS"
  for name in "${names[@]}"; do printf ',\n"%s": %s' "$name" "$(cat "$work/$name.json")"; done
  printf '}\n'
} > "$result"
echo "gpu: written to $result after $SECONDS s"
python=${torch:-$(command -v python3)}
[ -z "$python" ] || "$python" "$here/table.py" "$result"
