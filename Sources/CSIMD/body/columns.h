// Columns of a matrix copied to columns of another, with zeros beside them.

static void KERNEL(copy_columns)(const struct call *step, size_t m) {
  const size_t n = step->n, x_stride = step->sizes[0], y_stride = step->sizes[1];
  const size_t before = step->sizes[2], after = step->sizes[3];
  for (size_t i = 0; i < m; i++) {
    const float *x = step->operands[0] + i * x_stride;
    float *y = step->result + i * y_stride;
    for (size_t j = 0; j < before; j++) y[j] = 0;
    y += before;
    for (size_t j = 0; j < n; j += WIDTH) store_up_to(y + j, load_up_to(x + j, n - j), n - j);
    for (size_t j = n; j < n + after; j++) y[j] = 0;
  }
}
