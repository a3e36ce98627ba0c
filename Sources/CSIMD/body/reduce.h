// Sums and means in a fixed order: chunks of REDUCTION_CHUNK rows, each summed in ascending
// order, then added in ascending order.

#define REDUCTION_CHUNK 256
// The vectors of columns that are summed side by side.
#define REDUCTION_VECTORS 4

// The sums of `vectors` vectors of columns from column j on; `lanes` of the last are inside.
INLINE void sum_columns(const struct call *step, size_t m, size_t j, const int vectors,
                        size_t lanes, vector divisor) {
  const size_t n = step->n;
  vector total[REDUCTION_VECTORS];
  UNROLL for (int v = 0; v < vectors; v++) total[v] = splat(0);
  for (size_t chunk = 0; chunk < m; chunk += REDUCTION_CHUNK) {
    const size_t end = smaller(m, chunk + REDUCTION_CHUNK);
    vector partial[REDUCTION_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) partial[v] = splat(0);
    for (size_t i = chunk; i < end; i++) {
      const float *x = step->operands[0] + i * n + j;
      UNROLL for (int v = 0; v < vectors - 1; v++) partial[v] += load(x + v * WIDTH);
      partial[vectors - 1] += load_up_to(x + (vectors - 1) * WIDTH, lanes);
    }
    UNROLL for (int v = 0; v < vectors; v++) total[v] += partial[v];
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    store_up_to(step->result + j + v * WIDTH, total[v] / divisor,
                v < vectors - 1 ? WIDTH : lanes);
  }
}

static void KERNEL(reduce_rows)(const struct call *step, size_t m) {
  const vector divisor = splat(step->mean ? (float)m : 1);
  const size_t group = REDUCTION_VECTORS * WIDTH;
  size_t j = 0;
  for (; j + group <= step->n; j += group) {
    sum_columns(step, m, j, REDUCTION_VECTORS, WIDTH, divisor);
  }
  for (; j < step->n; j += WIDTH) sum_columns(step, m, j, 1, smaller(WIDTH, step->n - j), divisor);
}

INLINE float sum_of_row(const float *x, size_t n) {
  float sum = 0;
  for (size_t j = 0; j < n; j++) sum += x[j];
  return sum;
}

static void KERNEL(reduce)(const struct call *step, size_t m) {
  const size_t n = step->n;
  const float *x = step->operands[0];
  switch ((apus_axis)step->variant) {
  case APUS_AXIS_ROWS: KERNEL(reduce_rows)(step, m); return;
  case APUS_AXIS_COLUMNS:
    for (size_t i = 0; i < m; i++) {
      step->result[i] = sum_of_row(x + i * n, n) / (step->mean ? (float)n : 1);
    }
    return;
  case APUS_AXIS_ALL: {
    float total = 0;
    for (size_t chunk = 0; chunk < m; chunk += REDUCTION_CHUNK) {
      const size_t end = smaller(m, chunk + REDUCTION_CHUNK);
      float partial = 0;
      for (size_t i = chunk; i < end; i++) partial += sum_of_row(x + i * n, n);
      total += partial;
    }
    step->result[0] = total / (step->mean ? (float)(m * n) : 1);
    return;
  }
  }
}
