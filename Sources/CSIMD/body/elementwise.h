// Elementwise steps: binary operations, activations and their gradients, broadcasts.

INLINE vector combine(apus_binary binary, vector a, vector b) {
  switch (binary) {
  case APUS_ADD: return a + b;
  case APUS_SUBTRACT: return a - b;
  case APUS_MULTIPLY: return a * b;
  case APUS_DIVIDE: return a / b;
  }
}

static void KERNEL(binary)(const struct call *step, size_t m) {
  const float *a = step->operands[0], *b = step->operands[1];
  // A row that is repeated is walked row by row; anything else is one long row.
  const bool by_row = step->broadcast == APUS_BROADCAST_ROW;
  const size_t rows = by_row ? m : 1, columns = by_row ? step->n : m * step->n;
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < columns; j += WIDTH) {
      const size_t at = i * columns + j, lanes = columns - j;
      const vector second =
          step->broadcast == APUS_BROADCAST_SCALAR ? splat(b[0]) : load_up_to(b + j, lanes);
      const vector c = combine((apus_binary)step->variant, load_up_to(a + at, lanes), second);
      store_up_to(step->result + at, c, lanes);
    }
  }
}

static void KERNEL(activation)(const struct call *step, size_t m) {
  const size_t count = m * step->n;
  for (size_t i = 0; i < count; i += WIDTH) {
    const vector x = load_up_to(step->operands[0] + i, count - i);
    store_up_to(step->result + i, activate((apus_activation)step->variant, x), count - i);
  }
}

static void KERNEL(activation_gradient)(const struct call *step, size_t m) {
  const size_t count = m * step->n;
  for (size_t i = 0; i < count; i += WIDTH) {
    const vector upstream = load_up_to(step->operands[0] + i, count - i);
    const vector saved = load_up_to(step->operands[1] + i, count - i);
    const vector x = activate_backward((apus_activation)step->variant, upstream, saved);
    store_up_to(step->result + i, x, count - i);
  }
}

static void KERNEL(broadcast)(const struct call *step, size_t m) {
  const size_t n = step->n;
  const float *x = step->operands[0];
  const size_t summed = step->variant == APUS_AXIS_ROWS      ? m
                        : step->variant == APUS_AXIS_COLUMNS ? n
                                                             : m * n;
  const float divisor = step->mean ? (float)summed : 1;
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < n; j++) {
      const size_t from = step->variant == APUS_AXIS_ROWS      ? j
                          : step->variant == APUS_AXIS_COLUMNS ? i
                                                               : 0;
      step->result[i * n + j] = x[from] / divisor;
    }
  }
}
