// Which bodies this machine can run, and the way into them.
#define _GNU_SOURCE
#include "CSIMD.h"
#include "body/kernels.h"

#include <sched.h>

extern const struct apus_kernels apus_kernels_baseline;
#if defined(__x86_64__)
extern const struct apus_kernels apus_kernels_avx2, apus_kernels_avx512;
apus_dense_bytes apus_dense_bytes_avx512_vnni;
#endif

static const struct apus_kernels *kernels(apus_isa isa) {
  switch (isa) {
#if defined(__x86_64__)
  case APUS_ISA_AVX512_VNNI:
  case APUS_ISA_AVX512: return &apus_kernels_avx512;
  case APUS_ISA_AVX2: return &apus_kernels_avx2;
#endif
  default: return &apus_kernels_baseline;
  }
}

bool apus_isa_is_supported(apus_isa isa) {
  switch (isa) {
  case APUS_ISA_BASELINE: return true;
#if defined(__x86_64__)
  // The compiler's probe also asks the operating system (XGETBV) whether it saves the registers.
  case APUS_ISA_AVX2:
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case APUS_ISA_AVX512:
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  case APUS_ISA_AVX512_VNNI:
    return apus_isa_is_supported(APUS_ISA_AVX512) && __builtin_cpu_supports("avx512vnni");
#else
  default: return false;
#endif
  }
}

size_t apus_available_cores(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

void apus_run(apus_isa isa, const apus_step *steps, size_t count, size_t rows, float *arena,
              float *store, apus_pool *pool) {
  kernels(isa)->run(steps, count, rows, arena, store, pool);
}

size_t apus_matmul_scratch(apus_isa isa, apus_operation operation, size_t m, size_t n, size_t k,
                           size_t threads) {
  return kernels(isa)->matmul_scratch(operation, m, n, k, threads);
}

size_t apus_sequence_scratch(apus_isa isa, const apus_step *step, size_t threads) {
  return kernels(isa)->sequence_scratch(step, threads);
}

size_t apus_layer_count(apus_isa isa, const apus_layer *layer) {
  return kernels(isa)->layer_count(layer);
}

void apus_layer_pack(apus_isa isa, const apus_layer *layer, const float *weight,
                     const float *bias, float *packed) {
  kernels(isa)->layer_pack(layer, weight, bias, packed);
}

void apus_net_prepare(apus_isa isa, apus_net *net) {
  kernels(isa)->net_prepare(net);
#if defined(__x86_64__)
  if (isa == APUS_ISA_AVX512_VNNI) net->dense_bytes = apus_dense_bytes_avx512_vnni;
#endif
}

void apus_score(apus_isa isa, const apus_net *net, const float *features, size_t rows,
                float *scores, apus_pool *pool) {
  kernels(isa)->score(net, features, rows, scores, pool);
}

void apus_apply(apus_isa isa, apus_function function, size_t count, const float *x,
                float *result) {
  kernels(isa)->apply(function, count, x, result);
}
