// Which bodies this machine can run, and the way into them.
#define _GNU_SOURCE
#include "CSIMD.h"
#include "body/kernels.h"

#include <sched.h>
#include <string.h>

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

// How far ahead a row of a table is asked for: it may lie anywhere in memory.
#define ROWS_AHEAD 8

// `count` of the `known` rows that follow.
static void gather(const apus_feed *feed, const int32_t *rows, size_t count, size_t known,
                   float *input) {
  const size_t width = feed->width;
  for (size_t i = 0; i < count; i++, input += width) {
    if (i + ROWS_AHEAD < known) {
      __builtin_prefetch(feed->table + (size_t)rows[i + ROWS_AHEAD] * width);
    }
    memcpy(input, feed->table + (size_t)rows[i] * width, width * sizeof *input);
  }
}

void apus_run_batches(apus_isa isa, const apus_step *steps, size_t count, const apus_feed *feeds,
                      size_t feed_count, const int32_t *rows, size_t row_count, size_t batch_size,
                      const float *values, size_t result_offset, float *results, float *arena,
                      float *store, apus_pool *pool) {
  while (row_count > 0) {
    const size_t batch = row_count < batch_size ? row_count : batch_size;
    for (size_t i = 0; i < feed_count; i++) {
      float *input = arena + feeds[i].offset;
      if (feeds[i].table) {
        gather(&feeds[i], rows, batch, row_count, input);
      } else {
        memcpy(input, values, feeds[i].width * sizeof *input);
        values += feeds[i].width;
      }
    }
    kernels(isa)->run(steps, count, batch, arena, store, pool);
    *results++ = arena[result_offset];
    rows += batch;
    row_count -= batch;
  }
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
