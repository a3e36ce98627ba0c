// Layers of bytes for AVX-512 with VNNI, which multiplies and adds four of them at once.
#if defined(__x86_64__)
#include "CSIMD.h"

#include <immintrin.h>

#define WIDTH 16
#define KERNEL(name) name##_avx512_vnni
#define HAS_FMA
#define HAS_VNNI
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"))), \
    apply_to = function)
#include "body/scoring.h"

apus_dense_bytes apus_dense_bytes_avx512_vnni;
void apus_dense_bytes_avx512_vnni(const apus_layer *layer, const float *packed, const float *x,
                                  size_t x_stride, size_t rows, float *y, size_t y_stride) {
  dense_bytes_avx512_vnni(layer, packed, x, x_stride, rows, y, y_stride);
}
#pragma clang attribute pop
#endif
