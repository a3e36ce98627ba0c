// Rows shifted and scaled to mean 0 and variance 1, and the gradient; what normalizes columns.

// The lanes of v that are columns, the others 0.
INLINE vector real_lanes(vector v, size_t count) {
  if (count >= WIDTH) return v;
  float inside[WIDTH] = {};
  store_first(inside, v, count);
  return load(inside);
}

// The mean of a row, and what its distance from it is multiplied by.
INLINE float row_scale(const float *x, size_t n, float epsilon, float *mean) {
  vector sum = splat(0), squares = splat(0);
  for (size_t j = 0; j < n; j += WIDTH) sum += load_up_to(x + j, n - j);
  *mean = sum_lanes(sum) / (float)n;
  for (size_t j = 0; j < n; j += WIDTH) {
    const vector d = real_lanes(load_up_to(x + j, n - j) - splat(*mean), n - j);
    squares = fused(d, d, squares);
  }
  return 1 / __builtin_sqrtf(sum_lanes(squares) / (float)n + epsilon);
}

static void KERNEL(normalize)(const struct call *step, size_t m) {
  const size_t n = step->n;
  for (size_t i = 0; i < m; i++) {
    const float *x = step->operands[0] + i * n;
    float mean;
    const float scale = row_scale(x, n, step->parameters[0], &mean);
    for (size_t j = 0; j < n; j += WIDTH) {
      const vector y = (load_up_to(x + j, n - j) - splat(mean)) * splat(scale);
      store_up_to(step->result + i * n + j, y, n - j);
    }
  }
}

static void KERNEL(normalize_gradient)(const struct call *step, size_t m) {
  const size_t n = step->n;
  for (size_t i = 0; i < m; i++) {
    const float *upstream = step->operands[0] + i * n, *x = step->operands[1] + i * n;
    float mean;
    const float scale = row_scale(x, n, step->parameters[0], &mean);
    vector sum = splat(0), along = splat(0);
    for (size_t j = 0; j < n; j += WIDTH) {
      const vector g = load_up_to(upstream + j, n - j);
      sum += g;
      along = fused(g, (load_up_to(x + j, n - j) - splat(mean)) * splat(scale), along);
    }
    const vector shift = splat(sum_lanes(sum) / (float)n);
    const vector slope = splat(sum_lanes(along) / (float)n);
    for (size_t j = 0; j < n; j += WIDTH) {
      const vector y = (load_up_to(x + j, n - j) - splat(mean)) * splat(scale);
      const vector g = load_up_to(upstream + j, n - j);
      store_up_to(step->result + i * n + j, (g - shift - y * slope) * splat(scale), n - j);
    }
  }
}

static void KERNEL(inverse_root)(const struct call *step, size_t m) {
  const size_t count = m * step->n;
  const vector epsilon = splat(step->parameters[0]);
  for (size_t i = 0; i < count; i += WIDTH) {
    const vector x = load_up_to(step->operands[0] + i, count - i);
    store_up_to(step->result + i, splat(1) / __builtin_elementwise_sqrt(x + epsilon), count - i);
  }
}

static void KERNEL(average)(const struct call *step, size_t m) {
  const size_t count = m * step->n;
  const vector kept = splat(step->parameters[0]), taken = splat(1 - step->parameters[0]);
  for (size_t i = 0; i < count; i += WIDTH) {
    const vector v = load_up_to(step->operands[0] + i, count - i);
    const vector x = load_up_to(step->operands[1] + i, count - i);
    store_up_to(step->result + i, fused(kept, v, taken * x), count - i);
  }
}
