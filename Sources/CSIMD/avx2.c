// The body for AVX2 with FMA: 16 registers of 8 floats.
#if defined(__x86_64__)
#include "CSIMD.h"

#include <immintrin.h>

#define WIDTH 8
#define KERNEL(name) name##_avx2
#define HAS_FMA
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "body/all.h"
#pragma clang attribute pop
#endif
