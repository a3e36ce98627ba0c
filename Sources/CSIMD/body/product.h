// A product cut into tasks, and tasks into tiles.
//
// Operands are read where they lie as long as they stay near by themselves. What does not is cut
// into blocks and copied (after Goto and van de Geijn, Anatomy of high-performance matrix
// multiplication, 2008):
//
//   for columns in blocks of COLUMN_BLOCK
//     for k in blocks of K_BLOCK                    B's block is packed by all threads
//       for rows in groups of GROUP tiles           a task: A's tiles are packed: level 2
//         for each panel                            stays in level 1
//           for each tile                           streams from level 2

#define COLUMN_BLOCK 2048
#define GROUP 20
// So few rows of C read B too seldom for packing it.
#define FEW_ROWS (4 * TALL)
// A block of B of this many elements stays in level 1.
#define NEAR 8192

struct KERNEL(product) {
  const struct call *step;
  size_t m, n, k;
  const float *a, *b;
  bool a_turned, b_turned;
  size_t a_stride, b_stride;
  float *a_packed, *b_packed;  // NULL where the operand is read where it lies
  // The block in hand.
  size_t first_k, block_k, first_column, columns;
  size_t rows_per_task, row_blocks, columns_per_task;
};

// Where a task's part of C begins, and how large it is.
struct KERNEL(part) {
  size_t i, j, rows, columns;
};

// The elements of a thread's part of A, and of a block of B.
#define A_PACKED (GROUP * TALL * K_BLOCK)
INLINE size_t b_packed_count(size_t n, size_t k) {
  return round_up(smaller(n, COLUMN_BLOCK), PANEL) * smaller(k, K_BLOCK);
}

static const float KERNEL(zeros)[8 * WIDTH];

INLINE size_t tiles_for(size_t rows) { return (rows + TALL - 1) / TALL; }

typedef void (*KERNEL(tile_body))(const struct KERNEL(tile) *, size_t rows);

INLINE KERNEL(tile_body) choose_tiles(bool turned, size_t vectors) {
  switch (vectors) {
  case 8: return turned ? KERNEL(broad_columns) : KERNEL(broad_rows);
  case 4: return turned ? KERNEL(wide_columns) : KERNEL(wide_rows);
  case 2: return turned ? KERNEL(tall_columns) : KERNEL(tall_rows);
  default: return turned ? KERNEL(narrow_columns) : KERNEL(narrow_rows);
  }
}

// Computes `rows` rows of C from (i, j), by whole tiles of `vectors` vectors or by one that has
// `columns` columns.
static void KERNEL(tiles_at)(const struct KERNEL(product) *p, struct KERNEL(tile) *t, size_t i,
                             size_t j, size_t rows, size_t vectors, size_t columns) {
  const struct call *step = p->step;
  const size_t at = i * p->n + j;
  t->c = step->result + at;
  if (step->operands[2]) t->saved = step->operands[2] + at;
  const size_t width = t->repeats * vectors * WIDTH;
  t->lanes = columns < width ? columns - (width - WIDTH) : WIDTH;
  t->start_stride = 0;
  t->start_panel = PANEL;
  if (p->first_k > 0) {
    t->start = t->c;
    t->start_stride = p->n;
  } else if (step->bias) {
    t->start = step->bias + j;
  } else {
    t->start = KERNEL(zeros);
    t->start_panel = 0;
  }
  choose_tiles(p->a_turned || p->a_packed, vectors)(t, rows);
  if (!finishes_in_registers(t)) KERNEL(finish_tile)(t, rows, smaller(columns, width));
}

// B from the block's first k on, at a column.
INLINE const float *b_at(const struct KERNEL(product) *p, size_t column) {
  if (p->b_packed) return p->b_packed + (column - p->first_column) * p->block_k;
  return p->b + p->first_k * p->b_stride + column;
}

// `rows` rows of A from `t->a` on times all columns of a part.
static void KERNEL(multiply_rows)(const struct KERNEL(product) *p, struct KERNEL(tile) *t,
                                  struct KERNEL(part) part, size_t i, size_t rows) {
  for (size_t j = 0, vectors; j < part.columns; j += t->repeats * vectors * WIDTH) {
    const size_t left = part.columns - j, column = part.j + j;
    vectors = tile_vectors(rows, (left + WIDTH - 1) / WIDTH);
    t->repeats = whole_tiles(left, vectors);
    t->b = b_at(p, column);
    KERNEL(tiles_at)(p, t, i, column, rows, vectors, left);
  }
}

// A where it lies.
static void KERNEL(multiply_in_place)(const struct KERNEL(product) *p, struct KERNEL(tile) t,
                                      struct KERNEL(part) part) {
  const size_t row_stride = p->a_turned ? 1 : p->a_stride;
  const float *a = p->a + part.i * row_stride + p->first_k * (p->a_turned ? p->a_stride : 1);
  const size_t tiles = tiles_for(part.rows);
  t.a_stride = p->a_stride;
  // A B that stays in level 1 is read whole by every tile; of a larger one, a panel by all tiles.
  const size_t step = p->block_k * part.columns <= NEAR ? part.columns : 4 * PANEL;
  for (size_t j = 0; j < part.columns; j += step) {
    struct KERNEL(part) columns = part;
    columns.j += j;
    columns.columns = smaller(step, part.columns - j);
    for (size_t tile = 0; tile < tiles; tile++) {
      const size_t r = first_row(part.rows, tiles, tile);
      t.a = a + r * row_stride;
      KERNEL(multiply_rows)(p, &t, columns, part.i + r,
                            first_row(part.rows, tiles, tile + 1) - r);
    }
  }
}

// Asks for the next `rows` rows of a panel's width of C, from `c` on. Into level 2: in level 1 they
// would push out B, for rows of C tend to fall on one set.
INLINE void fetch_tile(const float *c, size_t rows, size_t stride) {
  for (size_t r = 0; r < rows; r++) {
    __builtin_prefetch(c + r * stride, 0, 2);
    __builtin_prefetch(c + r * stride + PANEL - 1, 0, 2);
  }
}

// Packed tiles, tile t of which begins at row `starts[t]` of a part, times all columns of the part.
static void KERNEL(multiply_tiles)(const struct KERNEL(product) *p, struct KERNEL(tile) *t,
                                   struct KERNEL(part) part, const size_t *starts, size_t tiles,
                                   const float *packed) {
  for (size_t j = 0; j < part.columns; j += PANEL) {
    const size_t column = part.j + j, left = part.columns - j;
    t->b = b_at(p, column);
    for (size_t tile = 0; tile < tiles; tile++) {
      const size_t i = part.i + starts[tile], rows = starts[tile + 1] - starts[tile];
      fetch_tile(p->step->result + (i + rows) * p->n + column, rows, p->n);
      t->a = packed + tile * TALL * p->block_k;
      KERNEL(tiles_at)(p, t, i, column, rows, left > WIDTH ? 2 : 1, left);
    }
  }
}

// A packed, a group of tiles at a time: all of them read a panel of B before the next.
static void KERNEL(multiply_packed)(const struct KERNEL(product) *p, struct KERNEL(tile) t,
                                    struct KERNEL(part) part, float *packed) {
  t.a_stride = TALL;
  t.repeats = 1;
  const size_t tiles = tiles_for(part.rows);
  for (size_t first = 0, count; first < tiles; first += count) {
    size_t starts[GROUP + 1];
    count = smaller(GROUP, tiles - first);
    for (size_t tile = 0; tile <= count; tile++) {
      starts[tile] = first_row(part.rows, tiles, first + tile);
    }
    if (p->a_turned) {
      KERNEL(pack_columns)(p->a + p->first_k * p->a_stride + part.i, p->a_stride, starts, count,
                           p->block_k, packed);
    } else {
      KERNEL(pack_rows)(p->a + part.i * p->a_stride + p->first_k, p->a_stride, starts, count,
                        p->block_k, packed);
    }
    KERNEL(multiply_tiles)(p, &t, part, starts, count, packed);
  }
}

static void KERNEL(product_task)(const void *context, size_t index, size_t thread) {
  const struct KERNEL(product) *p = context;
  struct KERNEL(part) part = {
      .i = index % p->row_blocks * p->rows_per_task,
      .j = index / p->row_blocks * p->columns_per_task,
  };
  part.rows = smaller(p->m - part.i, p->rows_per_task);
  part.columns = smaller(p->columns - part.j, p->columns_per_task);
  part.j += p->first_column;
  const bool last = p->first_k + p->block_k == p->k;
  const struct KERNEL(tile) t = {
      .k = p->block_k, .c_stride = p->n,
      .b_stride = p->b_packed ? PANEL : p->b_stride,
      .b_panel = p->b_packed ? PANEL * p->block_k : PANEL,
      .epilogue = last ? p->step->epilogue : APUS_EPILOGUE_NONE,
      .activation = p->step->activation,
  };
  if (p->a_packed) {
    KERNEL(multiply_packed)(p, t, part, p->a_packed + thread * A_PACKED);
  } else {
    KERNEL(multiply_in_place)(p, t, part);
  }
}

// Packs panel `index` of B's block.
static void KERNEL(pack_task)(const void *context, size_t index, size_t thread) {
  (void)thread;
  const struct KERNEL(product) *p = context;
  const size_t from = index * PANEL, j = p->first_column + from;
  const size_t columns = smaller(PANEL, p->columns - from);
  float *panel = p->b_packed + from * p->block_k;
  if (p->b_turned) {
    KERNEL(pack_panel_turned)(p->b + j * p->b_stride + p->first_k, p->b_stride, p->block_k,
                              columns, panel);
  } else {
    KERNEL(pack_panel)(p->b + p->first_k * p->b_stride + j, p->b_stride, p->block_k, columns,
                       panel);
  }
}

// A pool gets several tasks for each thread; their number depends on the shape alone.
#define TASKS 16

static void KERNEL(run_block)(struct KERNEL(product) *p, apus_pool *pool) {
  p->rows_per_task = p->m;
  p->columns_per_task = p->columns;
  // Few rows stay together, so that B comes from far away once.
  if (pool && (p->m > FEW_ROWS || p->columns < TASKS * PANEL)) {
    p->rows_per_task = smaller(p->m, round_up((p->m + TASKS - 1) / TASKS, TALL));
  }
  p->row_blocks = (p->m + p->rows_per_task - 1) / p->rows_per_task;
  if (pool && p->row_blocks < TASKS) {
    const size_t groups = (TASKS + p->row_blocks - 1) / p->row_blocks;
    p->columns_per_task = round_up((p->columns + groups - 1) / groups, 4 * PANEL);
  }
  const size_t column_blocks = (p->columns + p->columns_per_task - 1) / p->columns_per_task;
  apus_pool_run(pool, p->row_blocks * column_blocks, KERNEL(product_task), p);
}

static void KERNEL(run_product)(struct KERNEL(product) *p, apus_pool *pool) {
  const size_t column_block = p->b_packed ? COLUMN_BLOCK : p->n;
  const size_t k_block = p->a_packed || p->b_packed ? K_BLOCK : p->k;
  for (size_t j = 0; j < p->n; j += column_block) {
    p->first_column = j;
    p->columns = smaller(p->n - j, column_block);
    for (size_t k = 0; k < p->k; k += k_block) {
      p->first_k = k;
      p->block_k = smaller(p->k - k, k_block);
      if (p->b_packed) {
        apus_pool_run(pool, (p->columns + PANEL - 1) / PANEL, KERNEL(pack_task), p);
      }
      KERNEL(run_block)(p, pool);
    }
  }
}
