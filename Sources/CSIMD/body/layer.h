// How a dense layer's weights are packed, once for all threads, in each precision.
//
// Of a layer with several outputs, panel by panel, the last panel filled with zeros:
//
//   | bias: PANEL | k = 0: PANEL | k = 1: PANEL | ... |                    floats
//   | bias: PANEL | k = 0, 1: PANEL | k = 2, 3: PANEL | ... |              pairs, see words.h
//   | bias: PANEL | scale: PANEL | k = 0 ... 3: PANEL | ... |              bytes
//
// and of a layer with one output, in every precision, the bias, WIDTH - 1 zeros, and the column of
// weights as floats: it is too small to gain anything.

// The rows of PANEL words at a panel's head, and in all of it.
INLINE size_t head_rows(const int arithmetic) { return arithmetic == BYTES ? 2 : 1; }
INLINE size_t panel_rows(const int arithmetic, size_t k) {
  const size_t terms = arithmetic == BYTES ? 4 : (size_t)PARTS(arithmetic);
  return head_rows(arithmetic) + (k + terms - 1) / terms;
}

// The arithmetic that a layer's precision asks for. A product of two bfloat16 is exact as a float,
// so floats that are rounded to bfloat16 give the sums of bfloat16 arithmetic. An instruction for
// it (VDPBF16PS) gives the same bits, but takes the time of four multiply-adds for the work of two
// on the Intel cores that it was measured on.
INLINE int layer_arithmetic(const apus_layer *layer) {
  switch (layer->precision) {
  case APUS_BFLOAT16_WEIGHTS: return PAIRS;
  case APUS_INT8: return BYTES;
  default: return SINGLES;
  }
}

static size_t KERNEL(layer_count)(const apus_layer *layer) {
  if (layer->outputs == 1) return WIDTH + round_up(layer->inputs, WIDTH);
  return round_up(layer->outputs, PANEL) * panel_rows(layer_arithmetic(layer), layer->inputs);
}

// The upper half of the nearest bfloat16, ties to even; 0 where that is subnormal.
INLINE uint32_t bfloat_bits(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const uint32_t upper = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  return (upper & 0x7F80) == 0 ? 0 : upper;
}

// The upper half of the float nearest to x, in floats between them, among those that end in
// `lower`. It is not subnormal, since machines are slow with such numbers, and not infinite.
INLINE uint32_t upper_bits(float x, uint32_t lower) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const int64_t nearest = ((int64_t)(bits & 0x7FFFFFFF) + 0x8000 - lower) >> 16;
  const uint32_t least = lower == 0 ? 0 : 0x80;
  const uint32_t upper = nearest < 0x80 ? least : nearest > 0x7F7F ? 0x7F7F : (uint32_t)nearest;
  return bits >> 31 << 15 | upper;
}

// Columns of k weights at a stride of n to words of two at a stride of PANEL.
static void KERNEL(pack_pairs)(const float *weight, size_t n, size_t k, size_t columns,
                               float *words) {
  for (size_t i = 0; i < k; i += 2, words += PANEL) {
    for (size_t j = 0; j < columns; j++) {
      const float *pair = weight + i * n + j;
      const uint32_t lower = i + 1 < k ? bfloat_bits(pair[n]) : 0;
      const uint32_t word = upper_bits(pair[0], lower) << 16 | lower;
      __builtin_memcpy(words + j, &word, sizeof word);
    }
  }
}

// A panel of bytes. A weight is its byte times the column's scale, which makes the greatest 127; an
// input is its byte less `input_zero`, times `input_step`. What the zero adds to every sum is taken
// out of the bias here.
static void KERNEL(pack_bytes)(const apus_layer *layer, const float *weight, const float *bias,
                               size_t columns, float *panel) {
  const size_t n = layer->outputs, k = layer->inputs;
  int8_t *bytes = (int8_t *)(panel + head_rows(BYTES) * PANEL);
  for (size_t j = 0; j < columns; j++) {
    float greatest = 0;
    for (size_t i = 0; i < k; i++) {
      const float magnitude = __builtin_fabsf(weight[i * n + j]);
      if (magnitude > greatest) greatest = magnitude;
    }
    const double scale = (double)greatest / 127;
    int64_t sum = 0;
    for (size_t i = 0; i < k; i++) {
      const double steps = scale > 0 ? (double)weight[i * n + j] / scale : 0;
      const int8_t byte = (int8_t)__builtin_rint(steps);
      bytes[(i / 4 * PANEL + j) * 4 + i % 4] = byte;
      sum += byte;
    }
    const double step = scale * (double)layer->input_step;
    const double start = bias ? (double)bias[j] : 0;
    panel[j] = (float)(start - step * (double)layer->input_zero * (double)sum);
    panel[PANEL + j] = (float)step;
  }
}

static void KERNEL(layer_pack)(const apus_layer *layer, const float *weight, const float *bias,
                               float *packed) {
  const size_t n = layer->outputs, k = layer->inputs;
  const int arithmetic = layer_arithmetic(layer);
  packed += layer->offset;
  for (size_t i = 0; i < KERNEL(layer_count)(layer); i++) packed[i] = 0;
  if (n == 1) {
    if (bias) packed[0] = bias[0];
    for (size_t i = 0; i < k; i++) packed[WIDTH + i] = weight[i];
    return;
  }
  for (size_t j = 0; j < n; j += PANEL, packed += panel_rows(arithmetic, k) * PANEL) {
    const size_t columns = smaller(PANEL, n - j);
    if (arithmetic == BYTES) {
      KERNEL(pack_bytes)(layer, weight + j, bias ? bias + j : NULL, columns, packed);
      continue;
    }
    if (bias) KERNEL(pack_panel)(bias + j, 0, 1, columns, packed);
    float *rows = packed + PANEL;
    if (arithmetic == PAIRS) KERNEL(pack_pairs)(weight + j, n, k, columns, rows);
    else KERNEL(pack_panel)(weight + j, n, k, columns, rows);
    if (layer->precision != APUS_BFLOAT16) continue;
    for (size_t i = 0; i < k * PANEL; i += WIDTH) {
      store(rows + i, rounded_to_bfloat(load(rows + i)));
    }
  }
}
