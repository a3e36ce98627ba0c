// Which bodies this machine can run, and the way into them.
#define _GNU_SOURCE
#include "CSIMD.h"

#include <sched.h>

#define DECLARE(isa)                                                                         \
  void apus_run_##isa(const apus_step *steps, size_t count, size_t rows, float *arena,       \
                      float *store, apus_pool *pool);                                        \
  size_t apus_matmul_scratch_##isa(apus_operation operation, size_t m, size_t n, size_t k,     \
                                   size_t threads);                                          \
  void apus_apply_##isa(apus_function function, size_t count, const float *x, float *result);

DECLARE(baseline)
#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
#endif

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
  switch (isa) {
#if defined(__x86_64__)
  case APUS_ISA_AVX512: apus_run_avx512(steps, count, rows, arena, store, pool); return;
  case APUS_ISA_AVX2: apus_run_avx2(steps, count, rows, arena, store, pool); return;
#endif
  default: apus_run_baseline(steps, count, rows, arena, store, pool); return;
  }
}

void apus_apply(apus_isa isa, apus_function function, size_t count, const float *x,
                float *result) {
  switch (isa) {
#if defined(__x86_64__)
  case APUS_ISA_AVX512: apus_apply_avx512(function, count, x, result); return;
  case APUS_ISA_AVX2: apus_apply_avx2(function, count, x, result); return;
#endif
  default: apus_apply_baseline(function, count, x, result); return;
  }
}

size_t apus_matmul_scratch(apus_isa isa, apus_operation operation, size_t m, size_t n, size_t k,
                           size_t threads) {
  switch (isa) {
#if defined(__x86_64__)
  case APUS_ISA_AVX512: return apus_matmul_scratch_avx512(operation, m, n, k, threads);
  case APUS_ISA_AVX2: return apus_matmul_scratch_avx2(operation, m, n, k, threads);
#endif
  default: return apus_matmul_scratch_baseline(operation, m, n, k, threads);
  }
}
