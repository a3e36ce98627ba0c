// The body for AVX-512: 32 registers of 16 floats, partial vectors by mask.
#if defined(__x86_64__)
#include "CSIMD.h"

#include <immintrin.h>

#define WIDTH 16
#define KERNEL(name) name##_avx512
#define HAS_FMA
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#include "body/all.h"
#pragma clang attribute pop
#endif
