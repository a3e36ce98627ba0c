// Sums and means in a fixed order: chunks of REDUCTION_CHUNK rows, each summed in ascending
// order, then added in ascending order.

#define REDUCTION_CHUNK 256

static void KERNEL(reduce_rows)(const struct call *step, size_t m) {
  const size_t n = step->n;
  const vector divisor = splat(step->mean ? (float)m : 1);
  for (size_t j = 0; j < n; j += WIDTH) {
    vector total = splat(0);
    for (size_t chunk = 0; chunk < m; chunk += REDUCTION_CHUNK) {
      const size_t end = smaller(m, chunk + REDUCTION_CHUNK);
      vector partial = splat(0);
      for (size_t i = chunk; i < end; i++) {
        partial += load_up_to(step->operands[0] + i * n + j, n - j);
      }
      total += partial;
    }
    store_up_to(step->result + j, total / divisor, n - j);
  }
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
