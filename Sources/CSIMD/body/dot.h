// Products whose elements are dot products of contiguous rows: one column, or few rows times a
// turned B. WIDTH chains, each over every WIDTH-th k, are added in the tree of sum_lanes.
//
//   C[i,j] = bias[j] + dot(A[i], B[j])

#define DOTS 4

// The chains of `rows` dot products of x with y, y + stride, ...
INLINE void dot_chains(vector chains[], const int rows, const float *x, const float *y,
                       size_t stride, size_t k) {
  UNROLL for (int r = 0; r < rows; r++) chains[r] = splat(0);
  size_t i = 0;
  for (; i + WIDTH <= k; i += WIDTH) {
    const vector xi = load(x + i);
    UNROLL for (int r = 0; r < rows; r++) {
      chains[r] = fused(xi, load(y + (size_t)r * stride + i), chains[r]);
    }
  }
  if (i < k) {
    const vector xi = load_first(x + i, k - i);
    UNROLL for (int r = 0; r < rows; r++) {
      chains[r] = fused(xi, load_first(y + (size_t)r * stride + i, k - i), chains[r]);
    }
  }
}

// result[r] = bias + dot(x, y + r * stride). Each has the same bits in any group.
static void KERNEL(dots)(const float *x, const float *y, size_t stride, size_t rows, size_t k,
                         float *result) {
  size_t r = 0;
  for (; r + WIDTH <= rows; r += WIDTH) {
    vector chains[WIDTH];
    for (size_t group = 0; group < WIDTH; group += DOTS) {
      dot_chains(chains + group, DOTS, x, y + (r + group) * stride, stride, k);
    }
    // Turned, the tree of sum_lanes adds whole vectors.
    transpose(chains);
    for (size_t half = WIDTH / 2; half > 0; half /= 2) {
      for (size_t i = 0; i < half; i++) chains[i] += chains[i + half];
    }
    store(result + r, chains[0]);
  }
  for (; r + DOTS <= rows; r += DOTS) {
    vector chains[DOTS];
    dot_chains(chains, DOTS, x, y + r * stride, stride, k);
    UNROLL for (int i = 0; i < DOTS; i++) result[r + (size_t)i] = sum_lanes(chains[i]);
  }
  for (; r < rows; r++) {
    vector chain[1];
    dot_chains(chain, 1, x, y + r * stride, stride, k);
    result[r] = sum_lanes(chain[0]);
  }
}
