// A dense net as one call: every layer of a block of rows before the next block.
//
// Weights are packed once, for all threads. Of a layer with several outputs, panel by panel:
//
//   | bias: PANEL | k = 0: PANEL | k = 1: PANEL | ... |     the last panel filled with zeros
//
// and of a layer with one output, the bias, WIDTH - 1 zeros, and the column of weights.
//
// Rows of hidden values live on the stack, in two buffers that take turns. A sum of SPLIT terms or
// more is two chains, over the first and the second half of k: so one row alone keeps more
// multiply-adds under way, and every row has the same bits in any batch.

#define SPLIT 32
// The rows of a block, and the floats of one of its two buffers.
#define NET_ROWS 48
#define NET_BUFFER (NET_ROWS * 512)

static size_t KERNEL(layer_count)(const apus_layer *layer) {
  if (layer->outputs == 1) return WIDTH + round_up(layer->inputs, WIDTH);
  return round_up(layer->outputs, PANEL) * (layer->inputs + 1);
}

static void KERNEL(layer_pack)(const apus_layer *layer, const float *weight, const float *bias,
                               float *packed) {
  const size_t n = layer->outputs, k = layer->inputs;
  packed += layer->offset;
  for (size_t i = 0; i < KERNEL(layer_count)(layer); i++) packed[i] = 0;
  if (n == 1) {
    if (bias) packed[0] = bias[0];
    for (size_t i = 0; i < k; i++) packed[WIDTH + i] = weight[i];
    return;
  }
  for (size_t j = 0; j < n; j += PANEL, packed += (k + 1) * PANEL) {
    const size_t columns = smaller(PANEL, n - j);
    if (bias) KERNEL(pack_panel)(bias + j, 0, 1, columns, packed);
    KERNEL(pack_panel)(weight + j, n, k, columns, packed + PANEL);
  }
}

// One row times `vectors` vectors of panels, its two chains side by side.
INLINE void compute_row(const struct KERNEL(tile) *t, const int vectors) {
  vector first[8], second[8];
  UNROLL for (int v = 0; v < vectors; v++) {
    first[v] = load(t->start + (size_t)(v / 2) * t->start_panel + v % 2 * WIDTH);
    second[v] = splat(0);
  }
  const float *a = t->a, *b = t->b;
  const size_t half = t->k;
  if (t->more > 0) {
    for (size_t k = 0; k < half; k++, a++, b += PANEL) {
      UNROLL for (int v = 0; v < vectors; v++) {
        const float *at = b + (size_t)(v / 2) * t->b_panel + v % 2 * WIDTH;
        first[v] = fused(splat(a[0]), load(at), first[v]);
        second[v] = fused(splat(a[half]), load(at + half * PANEL), second[v]);
      }
    }
    if (t->more > half) {
      UNROLL for (int v = 0; v < vectors; v++) {
        const float *at = b + half * PANEL + (size_t)(v / 2) * t->b_panel + v % 2 * WIDTH;
        second[v] = fused(splat(a[half]), load(at), second[v]);
      }
    }
    UNROLL for (int v = 0; v < vectors; v++) first[v] = second[v] + first[v];
  } else {
    for (size_t k = 0; k < half; k++, a++, b += PANEL) {
      UNROLL for (int v = 0; v < vectors; v++) {
        const float *at = b + (size_t)(v / 2) * t->b_panel + v % 2 * WIDTH;
        first[v] = fused(splat(a[0]), load(at), first[v]);
      }
    }
  }
  if (t->activation == APUS_RELU) {
    UNROLL for (int v = 0; v < vectors; v++) first[v] = positive_part(first[v]);
  }
  UNROLL for (int v = 0; v < vectors - 1; v++) store(t->c + v * WIDTH, first[v]);
  store_up_to(t->c + (vectors - 1) * WIDTH, first[vectors - 1], t->lanes);
}

static void KERNEL(compute_row_of)(const struct KERNEL(tile) *t, size_t vectors) {
  switch (vectors) {
  case 8: compute_row(t, 8); break;
  case 4: compute_row(t, 4); break;
  case 2: compute_row(t, 2); break;
  case 1: compute_row(t, 1); break;
  }
}

INLINE void compute_rows(const struct KERNEL(tile) *t, size_t rows, size_t vectors) {
  switch (vectors) {
  case 8: KERNEL(broad_rows)(t, rows); break;
  case 4: KERNEL(wide_rows)(t, rows); break;
  case 2: KERNEL(tall_rows)(t, rows); break;
  case 1: KERNEL(narrow_rows)(t, rows); break;
  }
}

// y = activation(x W + b) for a layer with several outputs. Whole vectors of y are written where
// its rows have room for them.
static void KERNEL(dense)(const apus_layer *layer, const float *packed, const float *x,
                          size_t x_stride, size_t rows, float *y, size_t y_stride) {
  const size_t k = layer->inputs, n = layer->outputs, b_panel = (k + 1) * PANEL;
  const size_t columns = smaller(round_up(n, WIDTH), y_stride);
  struct KERNEL(tile) t = {
      .k = k >= SPLIT ? k / 2 : k, .more = k >= SPLIT ? k - k / 2 : 0, .a_stride = x_stride,
      .b_stride = PANEL, .b_panel = b_panel, .start_panel = b_panel, .c_stride = y_stride,
      .epilogue = APUS_EPILOGUE_ACTIVATION, .activation = layer->activation,
  };
  const size_t tiles = tiles_for(rows);
  for (size_t tile = 0, r = 0, count; tile < tiles; tile++, r += count) {
    // The last tile takes what is left; a division would cost one row as much as a layer.
    count = tiles == 1 ? rows : first_row(rows, tiles, tile + 1) - r;
    t.a = x + r * x_stride;
    for (size_t j = 0, vectors; j < columns; j += t.repeats * vectors * WIDTH) {
      vectors = tile_vectors(count, (columns - j + WIDTH - 1) / WIDTH);
      t.repeats = rows == 1 ? 1 : whole_tiles(columns - j, vectors);
      t.lanes = smaller(WIDTH, columns - j - (t.repeats * vectors - 1) * WIDTH);
      t.start = packed + j / PANEL * b_panel;
      t.b = t.start + PANEL;
      t.c = y + r * y_stride + j;
      if (rows == 1) KERNEL(compute_row_of)(&t, vectors);
      else compute_rows(&t, count, vectors);
    }
  }
  if (!finishes_in_registers(&t) && layer->activation != APUS_IDENTITY) {
    t.c = y;
    KERNEL(finish_tile)(&t, rows, columns);
  }
}

// y = activation(x w + b) for a layer with one output.
static void KERNEL(dense_column)(const apus_layer *layer, const float *packed, const float *x,
                                 size_t x_stride, size_t rows, float *y, size_t y_stride) {
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

static void KERNEL(net_block)(const apus_net *net, const float *x, size_t rows, float *scores) {
  float buffers[2][NET_BUFFER] __attribute__((aligned(64)));
  size_t x_stride = net->layers[0].inputs;
  for (size_t index = 0; index < net->count; index++) {
    const apus_layer *layer = &net->layers[index];
    const float *packed = net->packed + layer->offset;
    const bool last = index + 1 == net->count;
    float *y = last ? scores : buffers[index % 2];
    const size_t y_stride = last ? layer->outputs : round_up(layer->outputs, WIDTH);
    if (layer->outputs == 1) KERNEL(dense_column)(layer, packed, x, x_stride, rows, y, y_stride);
    else KERNEL(dense)(layer, packed, x, x_stride, rows, y, y_stride);
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
    products += layer->inputs * layer->outputs;
  }
  const size_t fitting = NET_BUFFER / round_up(widest, WIDTH) / TALL * TALL;
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
