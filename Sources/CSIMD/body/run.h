// A plan's steps in order, and single functions for tests.

INLINE size_t count_of(apus_extent extent, size_t rows) {
  return extent.fixed ? extent.fixed : rows * extent.per_row;
}

static void KERNEL(run)(const apus_step *steps, size_t count, size_t rows, float *arena,
                        float *store, apus_pool *pool) {
  float *const memories[] = {NULL, arena, store};
  for (size_t index = 0; index < count; index++) {
    const struct call call = resolve(&steps[index], memories);
    const size_t m = count_of(steps[index].m, rows), k = count_of(steps[index].k, rows);
    if (steps[index].is_moved_along && k == 1) {
      const struct call update = resolve(&steps[++index], memories);
      KERNEL(update_outer)(&update, &call, m);
      continue;
    }
    switch (call.operation) {
    case APUS_MATMUL_NN:
    case APUS_MATMUL_NT:
    case APUS_MATMUL_TN: KERNEL(matmul)(&call, m, k, pool); break;
    case APUS_BINARY: KERNEL(binary)(&call, m); break;
    case APUS_COPY_COLUMNS: KERNEL(copy_columns)(&call, m); break;
    case APUS_LOOKUP: KERNEL(lookup)(&call, m, pool); break;
    case APUS_LOOKUP_GRADIENT: KERNEL(lookup_gradient)(&call, m, pool); break;
    case APUS_DROPOUT: KERNEL(dropout)(&call, m); break;
    case APUS_INVERSE_ROOT: KERNEL(inverse_root)(&call, m); break;
    case APUS_AVERAGE: KERNEL(average)(&call, m); break;
    case APUS_NORMALIZE: KERNEL(normalize)(&call, m); break;
    case APUS_NORMALIZE_GRADIENT: KERNEL(normalize_gradient)(&call, m); break;
    case APUS_ACTIVATION: KERNEL(activation)(&call, m); break;
    case APUS_ACTIVATION_GRADIENT: KERNEL(activation_gradient)(&call, m); break;
    case APUS_REDUCE: KERNEL(reduce)(&call, m); break;
    case APUS_BROADCAST: KERNEL(broadcast)(&call, m); break;
    case APUS_SOFTMAX: KERNEL(softmax)(&call, m); break;
    case APUS_LOSS: KERNEL(loss)(&call, m); break;
    case APUS_LOSS_GRADIENT: KERNEL(loss_gradient)(&call, m); break;
    case APUS_NORM_LIMIT: KERNEL(norm_limit)(&call); break;
    case APUS_LENGTH:
    case APUS_RECURRENCE:
    case APUS_STATES:
    case APUS_RECURRENCE_GRADIENT:
    case APUS_RECURRENT_GRADIENT:
    case APUS_WINDOWS:
    case APUS_WINDOWS_GRADIENT:
    case APUS_POOL:
    case APUS_POOL_GRADIENT:
    case APUS_ATTENTION:
    case APUS_ATTENTION_GRADIENT: KERNEL(sequence)(&call, m, pool); break;
    case APUS_LOOKUP_UPDATE: KERNEL(lookup_update)(&call, m, pool); break;
    case APUS_UPDATE: KERNEL(update)(&call, m); break;
    }
  }
}

INLINE vector apply_one(apus_function function, vector x) {
  switch (function) {
  case APUS_FUNCTION_EXP: return exponential(x);
  case APUS_FUNCTION_LOG: return logarithm(x);
  case APUS_FUNCTION_LOG1P_EXP_NEGATED: return softplus_tail(x);
  case APUS_FUNCTION_SIGMOID: return sigmoid(x);
  case APUS_FUNCTION_TANH: return hyperbolic_tangent(x);
  }
}

static void KERNEL(apply)(apus_function function, size_t count, const float *x, float *result) {
  for (size_t i = 0; i < count; i += WIDTH) {
    store_up_to(result + i, apply_one(function, load_up_to(x + i, count - i)), count - i);
  }
}
