#!/bin/sh
# Loads a server that a sanitizer watches; what the sanitizer finds ends the server with a code that
# fails the soak, and stands in .build/soak-KIND/serve.log.
#
# Usage: sanitized.sh thread|address MINUTES
set -eu
cd "$(dirname "$0")/../.."

kind=$1
minutes=$2
built=.build/$kind
swift build -c release --sanitize "$kind" --scratch-path "$built" --product apus
if [ "$kind" = thread ]; then
  # The compiler that came with Swift, wherever it is installed.
  toolchain=$(swift -print-target-info |
    sed -n 's/.*"runtimeResourcePath": "\(.*\)\/lib\/swift".*/\1/p')
  "$toolchain/bin/clang" -O2 -shared -fPIC -Wall -Wextra -Werror -o "$built/mutex.so" \
    Benchmarks/soak/mutex.c
  export LD_PRELOAD="$PWD/$built/mutex.so"
  export TSAN_OPTIONS="suppressions=$PWD/Benchmarks/soak/thread.supp"
fi
exec Benchmarks/soak/soak.py --minutes "$minutes" --apus "$built/release/apus" --no-memory \
  --folder ".build/soak-$kind"
