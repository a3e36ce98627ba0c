// The body that runs anywhere: SSE2 on x86-64, NEON with its multiply-add on arm64.
#include "CSIMD.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#define WIDTH 4
#define KERNEL(name) name##_baseline
#if defined(__aarch64__)
#define HAS_FMA
#endif
#include "body/all.h"
