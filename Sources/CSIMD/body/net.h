// A dense net as one call: every layer of a block of rows before the next block.
//
// Rows of hidden values live on the stack, in two buffers that take turns. A sum of SPLIT terms or
// more is two chains, over the first and the second half of k: so one row alone keeps more
// multiply-adds under way, and every row has the same bits in any batch. The first half is even,
// for words that hold two terms.

#define SPLIT 32
// The rows of a block, and the floats of one of its two buffers.
#define NET_ROWS 48
#define NET_BUFFER (NET_ROWS * 512)

TILES(pairs, ROWS, PAIRS)
TILES(bytes, ROWS, BYTES)

// One row times `vectors` vectors of panels, its two chains side by side.
INLINE void compute_row(const struct KERNEL(tile) *t, const int vectors, const int arithmetic) {
  vector first[1][8], second[1][8];
  UNROLL for (int v = 0; v < vectors; v++) {
    const float *start = t->start + (size_t)(v / 2) * t->start_panel + v % 2 * WIDTH;
    first[0][v] = arithmetic == BYTES ? splat(0) : load(start);
    second[0][v] = splat(0);
  }
  const size_t parts = PARTS(arithmetic), half = t->k;
  const float *a = t->a, *b = t->b;
  if (t->more == 0) {
    accumulate(first, t, a, b, half, 1, vectors, ROWS, true, arithmetic);
  } else {
    const float *b_half = b + half / parts * PANEL;
    for (size_t k = 0; k < half; k += parts, a += parts, b += PANEL, b_half += PANEL) {
      const float *a_half = a + half;
      UNROLL for (int part = 0; part < (int)parts; part++) {
        accumulate_step(first, t, &a, b, 1, vectors, ROWS, true, arithmetic, part);
        accumulate_step(second, t, &a_half, b_half, 1, vectors, ROWS, true, arithmetic, part);
      }
    }
    accumulate(second, t, a + half, b_half, t->more - half, 1, vectors, ROWS, true, arithmetic);
    UNROLL for (int v = 0; v < vectors; v++) {
      first[0][v] = join_chains(arithmetic, second[0][v], first[0][v]);
    }
  }
  finish_sums(t, 0, first[0], vectors, arithmetic);
  store_sums(t, t->c, first[0], vectors);
}

#define ROW(suffix, arithmetic)                                                          \
  static void KERNEL(row_##suffix)(const struct KERNEL(tile) *t, size_t vectors) {       \
    switch (vectors) {                                                                   \
    case 8: compute_row(t, 8, arithmetic); break;                                        \
    case 4: compute_row(t, 4, arithmetic); break;                                        \
    case 2: compute_row(t, 2, arithmetic); break;                                        \
    case 1: compute_row(t, 1, arithmetic); break;                                        \
    }                                                                                    \
  }
ROW(singles, SINGLES)
ROW(pairs, PAIRS)
ROW(bytes, BYTES)

// `rows` rows times `vectors` vectors of panels; `alone` where the batch is one row.
INLINE void compute_rows(const struct KERNEL(tile) *t, size_t rows, size_t vectors,
                         const bool alone, const int arithmetic) {
#define ROWS_OF(suffix, tiles)                                   \
  if (alone) {                                                   \
    KERNEL(row_##suffix)(t, vectors);                            \
  } else {                                                       \
    switch (vectors) {                                           \
    case 8: KERNEL(broad_##tiles)(t, rows); break;               \
    case 4: KERNEL(wide_##tiles)(t, rows); break;                \
    case 2: KERNEL(tall_##tiles)(t, rows); break;                \
    case 1: KERNEL(narrow_##tiles)(t, rows); break;              \
    }                                                            \
  }
  switch (arithmetic) {
  case SINGLES: ROWS_OF(singles, rows) break;
  case PAIRS: ROWS_OF(pairs, pairs) break;
  case BYTES: ROWS_OF(bytes, bytes) break;
  }
#undef ROWS_OF
}

// y = activation(x W + b) for a layer with several outputs. Whole vectors of y are written where
// its rows have room for them. Rows of bytes are `x_stride` words of four.
INLINE void dense(const apus_layer *layer, const float *packed, const float *x, size_t x_stride,
                  size_t rows, float *y, size_t y_stride, const int arithmetic) {
  const size_t n = layer->outputs, b_panel = panel_rows(arithmetic, layer->inputs) * PANEL;
  const size_t k = arithmetic == BYTES ? (layer->inputs + 3) / 4 : layer->inputs;
  const size_t columns = smaller(round_up(n, WIDTH), y_stride);
  struct KERNEL(tile) t = {
      .k = k >= SPLIT ? k / 4 * 2 : k, .more = k >= SPLIT ? k - k / 4 * 2 : 0,
      .a_stride = x_stride, .b_stride = PANEL, .b_panel = b_panel, .start_panel = b_panel,
      .c_stride = y_stride, .epilogue = APUS_EPILOGUE_ACTIVATION,
      .activation = layer->activation,
  };
  const size_t tiles = tiles_for(rows);
  for (size_t tile = 0, r = 0, count; tile < tiles; tile++, r += count) {
    // A single tile needs no division, which would cost one row as much as a layer.
    count = tiles == 1 ? rows : first_row(rows, tiles, tile + 1) - r;
    t.a = x + r * x_stride;
    for (size_t j = 0, vectors; j < columns; j += t.repeats * vectors * WIDTH) {
      vectors = tile_vectors(count, (columns - j + WIDTH - 1) / WIDTH);
      t.repeats = rows == 1 ? 1 : whole_tiles(columns - j, vectors);
      t.lanes = smaller(WIDTH, columns - j - (t.repeats * vectors - 1) * WIDTH);
      t.start = packed + j / PANEL * b_panel;
      t.b = t.start + head_rows(arithmetic) * PANEL;
      t.c = y + r * y_stride + j;
      compute_rows(&t, count, vectors, rows == 1, arithmetic);
    }
  }
  if (!finishes_in_registers(&t) && layer->activation != APUS_IDENTITY) {
    t.c = y;
    KERNEL(finish_tile)(&t, rows, columns);
  }
}

// A layer in each precision. Those that multiply short numbers first make x such numbers.
#define DENSE(name)                                                                         \
  static __attribute__((noinline)) void KERNEL(name)(                                       \
      const apus_layer *layer, const float *packed, const float *x, size_t x_stride,        \
      size_t rows, float *y, size_t y_stride)
DENSE(dense_singles) { dense(layer, packed, x, x_stride, rows, y, y_stride, SINGLES); }
// One row alone, without what is there for several.
DENSE(dense_row) {
  (void)rows;
  dense(layer, packed, x, x_stride, 1, y, y_stride, SINGLES);
}
DENSE(dense_pairs) { dense(layer, packed, x, x_stride, rows, y, y_stride, PAIRS); }

DENSE(dense_rounded) {
  float rounded[NET_BUFFER] __attribute__((aligned(64)));
  const size_t k = layer->inputs, stride = round_up(k, WIDTH);
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = 0; i < k; i += WIDTH) {
      store(rounded + r * stride + i, rounded_to_bfloat(load_up_to(x + r * x_stride + i, k - i)));
    }
  }
  dense(layer, packed, rounded, stride, rows, y, y_stride, SINGLES);
}

DENSE(dense_bytes) {
  float bytes[NET_BUFFER / 4] __attribute__((aligned(64)));
  const size_t k = layer->inputs, stride = round_up(k, WIDTH) / 4;
  const float per_step = 1 / layer->input_step, zero = layer->input_zero;
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = 0; i < k; i += WIDTH) {
      const octets q = quantized(load_up_to(x + r * x_stride + i, k - i), per_step, zero);
      __builtin_memcpy(bytes + r * stride + i / 4, &q, sizeof q);
    }
  }
  dense(layer, packed, bytes, stride, rows, y, y_stride, BYTES);
}

// y = activation(x w + b) for a layer with one output.
static __attribute__((noinline)) void KERNEL(dense_column)(
    const apus_layer *layer, const float *packed, const float *x, size_t x_stride, size_t rows,
    float *y, size_t y_stride) {
  if (rows == 1) {
    // One row stays in registers: vectors that went by memory would wait for it.
    vector chain[1];
    dot_chains(chain, 1, packed + WIDTH, x, 0, layer->inputs);
    store_first(y, activate(layer->activation, splat(sum_lanes(chain[0]) + packed[0])), 1);
    return;
  }
  float sums[NET_ROWS];
  KERNEL(dots)(packed + WIDTH, x, x_stride, rows, layer->inputs, sums);
  for (size_t i = 0; i < rows; i += WIDTH) {
    const vector sum = load_up_to(sums + i, rows - i) + splat(packed[0]);
    store_up_to(sums + i, activate(layer->activation, sum), rows - i);
  }
  for (size_t i = 0; i < rows; i++) y[i * y_stride] = sums[i];
}

struct KERNEL(net) {
  const apus_net *net;
  const float *features;
  size_t rows;
  float *scores;
};

static void KERNEL(dense)(const apus_net *net, const apus_layer *layer, const float *x,
                          size_t x_stride, size_t rows, float *y, size_t y_stride) {
  const float *packed = net->packed + layer->offset;
  if (layer->outputs == 1) {
    KERNEL(dense_column)(layer, packed, x, x_stride, rows, y, y_stride);
    return;
  }
  switch (layer->precision) {
  case APUS_FLOAT32:
    if (rows == 1) KERNEL(dense_row)(layer, packed, x, x_stride, rows, y, y_stride);
    else KERNEL(dense_singles)(layer, packed, x, x_stride, rows, y, y_stride);
    break;
  case APUS_BFLOAT16_WEIGHTS:
    KERNEL(dense_pairs)(layer, packed, x, x_stride, rows, y, y_stride);
    break;
  case APUS_BFLOAT16: KERNEL(dense_rounded)(layer, packed, x, x_stride, rows, y, y_stride); break;
  case APUS_INT8: net->dense_bytes(layer, packed, x, x_stride, rows, y, y_stride); break;
  }
}

static void KERNEL(net_block)(const apus_net *net, const float *x, size_t rows, float *scores) {
  float buffers[2][NET_BUFFER] __attribute__((aligned(64)));
  size_t x_stride = net->layers[0].inputs;
  for (size_t index = 0; index < net->count; index++) {
    const apus_layer *layer = &net->layers[index];
    const bool last = index + 1 == net->count;
    float *y = last ? scores : buffers[index % 2];
    const size_t y_stride = last ? layer->outputs : round_up(layer->outputs, WIDTH);
    KERNEL(dense)(net, layer, x, x_stride, rows, y, y_stride);
    x = y;
    x_stride = y_stride;
  }
  if (net->softmax) {
    const size_t n = net->layers[net->count - 1].outputs;
    for (size_t i = 0; i < rows; i++) softmax_row(scores + i * n, n, scores + i * n);
  }
}

// A task is about this many multiply-adds.
#define NET_TASK 1000000

static void KERNEL(net_prepare)(apus_net *net) {
  size_t widest = WIDTH, products = 0;
  for (size_t i = 0; i < net->count; i++) {
    const apus_layer *layer = &net->layers[i];
    if (layer->outputs > widest) widest = layer->outputs;
    if (layer->precision != APUS_FLOAT32 && layer->inputs > widest) widest = layer->inputs;
    products += layer->inputs * layer->outputs;
  }
  const size_t fitting = NET_BUFFER / round_up(widest, WIDTH) / TALL * TALL;
  net->dense_bytes = KERNEL(dense_bytes);
  net->rows_per_block = smaller(NET_ROWS, fitting);
  net->rows_per_task = round_up(NET_TASK / products + 1, net->rows_per_block);
}

static void KERNEL(net_task)(const void *context, size_t index, size_t thread) {
  (void)thread;
  const struct KERNEL(net) *p = context;
  const apus_net *net = p->net;
  const size_t inputs = net->layers[0].inputs, outputs = net->layers[net->count - 1].outputs;
  const size_t end = smaller(p->rows, (index + 1) * net->rows_per_task);
  for (size_t row = index * net->rows_per_task; row < end; row += net->rows_per_block) {
    KERNEL(net_block)(net, p->features + row * inputs, smaller(net->rows_per_block, end - row),
                      p->scores + row * outputs);
  }
}

static void KERNEL(score)(const apus_net *net, const float *features, size_t rows,
                          float *scores, apus_pool *pool) {
  if (rows <= net->rows_per_block) {
    if (rows > 0) KERNEL(net_block)(net, features, rows, scores);
    return;
  }
  const struct KERNEL(net) p = {
      .net = net, .features = features, .rows = rows, .scores = scores};
  const size_t tasks = (rows + net->rows_per_task - 1) / net->rows_per_task;
  apus_pool_run(pool, tasks, KERNEL(net_task), &p);
}
