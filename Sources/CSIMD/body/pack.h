// Copies of a matrix in the order in which tiles walk it.
//
//   B, k x n:   panel 0: k rows of PANEL columns | panel 1 | ...    the last one filled with zeros
//   A, m x k:   tile 0:  k columns of TALL elements | tile 1 | ...   missing rows are zeros

// The terms of a block, which an element of C adds between two visits to memory: so many that a
// panel of B stays in level 1 beside the tile that passes by.
#define K_BLOCK 256
// A panel's rows are asked for so many rows before they are read: they lie too far apart for the
// hardware to foresee them.
#define AHEAD 8

// Rows of one vector each turned into columns, WIDTH x WIDTH.
INLINE void transpose(vector rows[WIDTH]) {
  // A perfect shuffle of all elements, log2(WIDTH) times, exchanges the two halves of their index.
  for (int round = 1; round < WIDTH; round *= 2) {
    vector shuffled[WIDTH];
    UNROLL for (int i = 0; i < WIDTH / 2; i++) {
      const vector a = rows[i], b = rows[i + WIDTH / 2];
#if WIDTH == 16
      shuffled[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6,
                                                22, 7, 23);
      shuffled[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,
                                                    29, 14, 30, 15, 31);
#elif WIDTH == 8
      shuffled[2 * i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      shuffled[2 * i + 1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#else
      shuffled[2 * i] = __builtin_shufflevector(a, b, 0, 4, 1, 5);
      shuffled[2 * i + 1] = __builtin_shufflevector(a, b, 2, 6, 3, 7);
#endif
    }
    UNROLL for (int i = 0; i < WIDTH; i++) rows[i] = shuffled[i];
  }
}

// Rows or columns are shared evenly among parts; this is the first of part `index`.
INLINE size_t first_row(size_t rows, size_t parts, size_t index) { return rows * index / parts; }

// Asks for a row of a panel.
INLINE void fetch_panel(const float *row) {
  __builtin_prefetch(row);
  __builtin_prefetch(row + PANEL - 1);
}

// One panel of B from rows of n: B[k,j] = b[k * stride + j].
static void KERNEL(pack_panel)(const float *b, size_t stride, size_t k, size_t columns,
                               float *panel) {
  for (size_t i = 0; i < k; i++, b += stride, panel += PANEL) {
    fetch_panel(b + AHEAD * stride);
    if (columns >= PANEL) {
      store(panel, load(b));
      store(panel + WIDTH, load(b + WIDTH));
    } else {
      store(panel, load_up_to(b, columns));
      store(panel + WIDTH, columns > WIDTH ? load_first(b + WIDTH, columns - WIDTH) : splat(0));
    }
  }
}

// One panel of B from columns of k: B[k,j] = b[j * stride + k].
static void KERNEL(pack_panel_turned)(const float *b, size_t stride, size_t k, size_t columns,
                                      float *panel) {
  for (size_t j = 0; j < PANEL; j += WIDTH) {
    for (size_t i = 0; i < k; i += WIDTH) {
      vector block[WIDTH];
      for (size_t r = 0; r < WIDTH; r++) {
        block[r] = j + r < columns ? load_up_to(b + (j + r) * stride + i, k - i) : splat(0);
      }
      transpose(block);
      for (size_t r = 0; r < WIDTH && i + r < k; r++) store(panel + (i + r) * PANEL + j, block[r]);
    }
  }
}

// Rows of A, TALL at most for each tile, tile t's from `starts[t]` on: A[r,k] = a[r * stride + k].
// Meanwhile the next tile's are asked for.
static void KERNEL(pack_rows)(const float *a, size_t stride, const size_t *starts, size_t tiles,
                              size_t k, float *packed) {
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t count = starts[tile + 1] - starts[tile];
    const float *row = a + starts[tile] * stride;
    for (size_t i = 0; i < k; i += WIDTH) {
      vector block[WIDTH];
      for (size_t r = 0; r < WIDTH; r++) {
        block[r] = r < count ? load_up_to(row + r * stride + i, k - i) : splat(0);
      }
      for (size_t r = 0; r < TALL; r++) __builtin_prefetch(row + (TALL + r) * stride + i);
      transpose(block);
      float *columns = packed + (tile * k + i) * TALL;
      for (size_t r = 0; r < WIDTH && i + r < k; r++) {
        store_first(columns + r * TALL, block[r], TALL);
      }
    }
  }
}

// Columns of a turned A likewise: A[r,k] = a[k * stride + r]. Tiles side by side use whole cache
// lines of A.
static void KERNEL(pack_columns)(const float *a, size_t stride, const size_t *starts, size_t tiles,
                                 size_t k, float *packed) {
  for (size_t i = 0; i < k; i++, a += stride) {
    for (size_t tile = 0; tile < tiles; tile++) {
      const float *column = a + starts[tile];
      __builtin_prefetch(column + AHEAD * stride);
      store_first(packed + (tile * k + i) * TALL,
                  load_first(column, starts[tile + 1] - starts[tile]), TALL);
    }
  }
}
