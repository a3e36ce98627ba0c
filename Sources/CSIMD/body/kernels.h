// What one instruction set's body offers to the dispatcher.
#ifndef KERNELS_H
#define KERNELS_H

#include "../include/CSIMD.h"

struct apus_kernels {
  void (*run)(const apus_step *steps, size_t count, size_t rows, float *arena, float *store,
              apus_pool *pool);
  size_t (*matmul_scratch)(apus_operation operation, size_t m, size_t n, size_t k,
                           size_t threads);
  size_t (*sequence_scratch)(const apus_step *step, size_t threads);
  size_t (*layer_count)(const apus_layer *layer);
  void (*layer_pack)(const apus_layer *layer, const float *weight, const float *bias,
                     float *packed);
  void (*net_prepare)(apus_net *net);
  void (*score)(const apus_net *net, const float *features, size_t rows, float *scores,
                apus_pool *pool);
  void (*apply)(apus_function function, size_t count, const float *x, float *result);
};

#endif
