// Rows of logits: their maximum, the sum of their exponentials, and softmax.

// NaN may not be seen here; the sum of the exponentials keeps it.
INLINE float row_maximum(const float *x, size_t n) {
  float lanes[WIDTH];
  if (n > WIDTH) {
    vector greatest = load(x);
    // The last vector may overlap the one before, which changes no maximum.
    for (size_t j = WIDTH; j < n; j += WIDTH) {
      const vector next = load(x + smaller(j, n - WIDTH));
      greatest = select_lanes(greatest >= next, greatest, next);
    }
    store(lanes, greatest);
    x = lanes;
    n = WIDTH;
  }
  float maximum = x[0];
  for (size_t j = 1; j < n; j++) maximum = maximum >= x[j] ? maximum : x[j];
  return maximum;
}

// Writes exp(x - maximum) to `result` where it is not NULL, and returns the sum.
INLINE float row_exponentials(const float *x, float maximum, size_t n, float *result) {
  vector sum = splat(0);
  for (size_t j = 0; j < n; j += WIDTH) {
    const vector e = exponential(load_up_to(x + j, n - j) - splat(maximum));
    if (result) store_up_to(result + j, e, n - j);
    float inside[WIDTH] = {};
    store_up_to(inside, e, n - j);
    sum += load(inside);
  }
  return sum_lanes(sum);
}

// y may be x.
INLINE void softmax_row(const float *x, size_t n, float *y) {
  const float sum = row_exponentials(x, row_maximum(x, n), n, y);
  for (size_t j = 0; j < n; j++) y[j] /= sum;
}

static void KERNEL(softmax)(const struct call *step, size_t m) {
  const size_t n = step->n;
  for (size_t i = 0; i < m; i++) softmax_row(step->operands[0] + i * n, n, step->result + i * n);
}
