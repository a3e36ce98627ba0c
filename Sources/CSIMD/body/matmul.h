// C[m,n] = epilogue(sum over k of A[m,k] B[k,n] + bias), B with contiguous rows.
//
// One tile keeps up to 6 x (TILE_VECTORS * WIDTH) elements of C in registers while it walks k:
//
//             B[k, j .. j + TILE_VECTORS * WIDTH]          TILE_VECTORS loads
//   A[i,k]    acc[0][0] acc[0][1] ...                      TILE_ROWS broadcasts
//   A[i+1,k]  acc[1][0] ...                                TILE_ROWS * TILE_VECTORS multiply-adds
//
// Each element of C is one ascending chain over k, in every tile shape, so that its bits depend
// neither on its neighbours nor on which thread computes it.

#define TILE_ROWS 6

struct KERNEL(product) {
  const struct call *step;
  size_t m, n, k;
  const float *a;
  size_t a_row, a_column;  // A[i,k] = a[i * a_row + k * a_column]
  const float *b;
  size_t row_blocks, rows_per_task, columns_per_task;
};

INLINE vector finish(const struct call *step, vector c, size_t i, size_t j, size_t n,
                     size_t lanes) {
  if (step->bias) c += load_up_to(step->bias + j, lanes);
  switch (step->epilogue) {
  case APUS_EPILOGUE_NONE: return c;
  case APUS_EPILOGUE_ACTIVATION: return activate(step->activation, c);
  case APUS_EPILOGUE_GRADIENT:
    return activate_backward(step->activation, c, load_up_to(step->operands[2] + i * n + j, lanes));
  }
}

// One tile of `rows` x `vectors` at (i, j); `lanes` of the last vector are inside C.
INLINE void tile(const struct KERNEL(product) *p, const int rows, const int vectors,
                 const bool whole, size_t i, size_t j, size_t lanes) {
  vector acc[TILE_ROWS][TILE_VECTORS];
  _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) acc[r][v] = splat(0);
  }
  const float *a = p->a + i * p->a_row;
  const float *b = p->b + j;
  for (size_t k = 0; k < p->k; k++) {
    vector bk[TILE_VECTORS];
    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) {
      const bool last = v == vectors - 1;
      bk[v] = whole || !last ? load(b + v * WIDTH) : load_first(b + v * WIDTH, lanes);
    }
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
      const vector ak = splat(a[r * p->a_row]);
      _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) {
        acc[r][v] = fused(ak, bk[v], acc[r][v]);
      }
    }
    a += p->a_column;
    b += p->n;
  }
  // The sums leave their registers before the epilogue's loops index them.
  vector sums[TILE_ROWS][TILE_VECTORS];
  _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) sums[r][v] = acc[r][v];
  }
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      const size_t inside = v == vectors - 1 ? lanes : WIDTH;
      const size_t column = j + (size_t)v * WIDTH;
      const vector c = finish(p->step, sums[r][v], i + (size_t)r, column, p->n, inside);
      store_up_to(p->step->result + (i + (size_t)r) * p->n + column, c, inside);
    }
  }
}

#define TILE(rows, vectors, whole) \
  case rows: tile(p, rows, vectors, whole, i, j, lanes); return;
#define TILES(vectors, whole)                                                            \
  static __attribute__((noinline)) void KERNEL(tile_##vectors##_##whole)(                \
      const struct KERNEL(product) *p, size_t rows, size_t i, size_t j, size_t lanes) {  \
    switch (rows) {                                                                      \
      TILE(6, vectors, whole) TILE(5, vectors, whole) TILE(4, vectors, whole)            \
      TILE(3, vectors, whole) TILE(2, vectors, whole) TILE(1, vectors, whole)            \
    }                                                                                    \
  }
TILES(1, false) TILES(1, true) TILES(2, false) TILES(2, true)
#if TILE_VECTORS == 4
TILES(3, false) TILES(3, true) TILES(4, false) TILES(4, true)
#endif

static void KERNEL(tile_any)(const struct KERNEL(product) *p, size_t rows, size_t i, size_t j,
                             size_t columns) {
  const size_t vectors = (columns + WIDTH - 1) / WIDTH;
  const size_t lanes = columns - (vectors - 1) * WIDTH;
  const bool whole = lanes == WIDTH;
  switch (vectors) {
  case 1: (whole ? KERNEL(tile_1_true) : KERNEL(tile_1_false))(p, rows, i, j, lanes); break;
  case 2: (whole ? KERNEL(tile_2_true) : KERNEL(tile_2_false))(p, rows, i, j, lanes); break;
#if TILE_VECTORS == 4
  case 3: (whole ? KERNEL(tile_3_true) : KERNEL(tile_3_false))(p, rows, i, j, lanes); break;
  case 4: (whole ? KERNEL(tile_4_true) : KERNEL(tile_4_false))(p, rows, i, j, lanes); break;
#endif
  }
}

INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// One task: a block of rows times a block of columns of C.
static void KERNEL(product_task)(const void *context, size_t index) {
  const struct KERNEL(product) *p = context;
  const size_t i0 = index % p->row_blocks * p->rows_per_task;
  const size_t j0 = index / p->row_blocks * p->columns_per_task;
  const size_t i1 = smaller(p->m, i0 + p->rows_per_task);
  const size_t j1 = smaller(p->n, j0 + p->columns_per_task);
  for (size_t j = j0; j < j1; j += TILE_VECTORS * WIDTH) {
    const size_t columns = smaller(TILE_VECTORS * WIDTH, j1 - j);
    for (size_t i = i0; i < i1; i += TILE_ROWS) {
      KERNEL(tile_any)(p, smaller(TILE_ROWS, i1 - i), i, j, columns);
    }
  }
}

// Below this many multiply-adds a second thread costs more than it saves.
#define PARALLEL_PRODUCT 400000

static void KERNEL(matmul)(const struct call *step, size_t m, size_t k, apus_pool *pool) {
  struct KERNEL(product) p = {.step = step, .m = m, .n = step->n, .k = k,
                              .a = step->operands[0], .a_row = k, .a_column = 1,
                              .b = step->operands[1]};
  if (step->operation == APUS_MATMUL_TN) {
    p.a_row = 1;
    p.a_column = m;
  }
  if (step->operation == APUS_MATMUL_NT) {
    for (size_t j = 0; j < p.n; j++) {
      for (size_t i = 0; i < k; i++) step->scratch[i * p.n + j] = p.b[j * k + i];
    }
    p.b = step->scratch;
  }
  p.rows_per_task = m;
  p.columns_per_task = p.n;
  if (m * p.n * k >= PARALLEL_PRODUCT) {
    // Tasks are whole tiles; their number depends on the shape alone.
    if (m >= 8 * TILE_ROWS) p.rows_per_task = (m + 8 * TILE_ROWS - 1) / (8 * TILE_ROWS) * TILE_ROWS;
    else p.columns_per_task = TILE_VECTORS * WIDTH;
  } else {
    pool = NULL;
  }
  p.row_blocks = (m + p.rows_per_task - 1) / p.rows_per_task;
  const size_t column_blocks = (p.n + p.columns_per_task - 1) / p.columns_per_task;
  apus_pool_run(pool, p.row_blocks * column_blocks, KERNEL(product_task), &p);
}
