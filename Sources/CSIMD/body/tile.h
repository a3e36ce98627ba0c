// The heart of every matrix product: a tile of C that stays in registers while k is walked.
//
//                      panel 0          panel 1           a panel is 2 vectors wide
//             B[k]   [ v0 ][ v1 ]     [ v2 ][ v3 ]        loaded once for all rows
//   A[0,k]    acc[0]   .     .          .     .
//   A[1,k]    acc[1]   .     .          .     .           one multiply-add each
//
// Four shapes fill the registers in different ways, for many rows down to one:
//
//   tall    up to TALL x 1 panel       wide    up to TALL/2 x 2 panels
//   narrow  up to TALL x 1 vector      broad   up to TALL/4 x 4 panels
//
// Every element of C is one chain of multiply-adds, ascending in k, that starts from its bias. A
// long k is cut into blocks, between which the chain waits in C. So an element's bits depend
// neither on the tile's shape, nor on its neighbours, nor on the thread that computes it.

// The rows that a panel's width leaves registers for: AVX-512 has 32 of them, AVX2 and SSE 16.
#define PANEL (2 * WIDTH)
#if WIDTH == 16
#define TALL 12
#elif WIDTH == 8
#define TALL 6
#else
#define TALL 4
#endif

struct KERNEL(tile) {
  size_t k;              // the terms of a chain; words of four terms where they are BYTES
  size_t more;           // and of a second chain that is added to it; 0 for none
  const float *a;        // A[r,k] = a[r * a_stride + k], or a[r + k * a_stride] where A is turned
  size_t a_stride;
  const float *b;        // B[k,j] = b[j / PANEL * b_panel + k / PARTS * b_stride + j % PANEL]
  size_t b_stride, b_panel;
  const float *start;    // where a row's chains begin: a bias, zeros, or C itself
  size_t start_stride, start_panel;
  float *c;
  size_t c_stride;
  const float *saved;    // of a gradient epilogue, laid out as C
  size_t lanes;          // of the last vector, that lie inside C
  size_t repeats;        // how many tiles side by side are computed, all of them whole if several
  apus_epilogue epilogue;
  apus_activation activation;
};

// Epilogues of an instruction or two are applied before the sums leave their registers.
INLINE bool finishes_in_registers(const struct KERNEL(tile) *t) {
  return t->epilogue == APUS_EPILOGUE_NONE || t->activation == APUS_RELU;
}

// How a tile walks A.
enum { ROWS, COLUMNS };

// The compiler would compute addresses from one another in the loop; this makes it keep them.
INLINE const float *kept(const float *pointer) {
  __asm__("" : "+r"(pointer));
  return pointer;
}

// One step down k: the products of one word of A in each row and a row of B's words.
INLINE void accumulate_step(vector acc[TALL][8], const struct KERNEL(tile) *t,
                            const float *const a[TALL], const float *b, const int rows,
                            const int vectors, const int layout, const bool whole,
                            const int arithmetic, const int part) {
  vector bk[8];
  UNROLL for (int v = 0; v < vectors; v++) {
    const float *at = b + (size_t)(v / 2) * t->b_panel + v % 2 * WIDTH;
    const vector words = whole || v < vectors - 1 ? load(at) : load_first(at, t->lanes);
    bk[v] = part_of_words(arithmetic, words, part);
  }
  UNROLL for (int r = 0; r < rows; r++) {
    const float *ak =
        layout == ROWS ? a[r / 3 * 3] + (size_t)(r % 3) * t->a_stride + part : a[0] + r;
    UNROLL for (int v = 0; v < vectors; v++) {
      acc[r][v] = add_products(arithmetic, splat_word(arithmetic, ak), bk[v], acc[r][v]);
    }
  }
}

// Adds `terms` products to each sum. Unrolled, so that counting takes no turns from multiplying.
INLINE void accumulate(vector acc[TALL][8], const struct KERNEL(tile) *t, const float *x,
                       const float *b, size_t terms, const int rows, const int vectors,
                       const int layout, const bool whole, const int arithmetic) {
  const size_t a_stride = t->a_stride, b_stride = t->b_stride;
  const size_t parts = PARTS(arithmetic);
  // Rows are reached from every third one, so that their addresses need few registers.
  const float *a[TALL];
  UNROLL for (int r = 0; r < rows; r += 3) {
    a[r] = layout == ROWS ? kept(x + (size_t)r * a_stride) : x;
  }
  _Pragma("clang loop unroll_count(4)") for (; terms >= parts; terms -= parts) {
    UNROLL for (int part = 0; part < (int)parts; part++) {
      accumulate_step(acc, t, a, b, rows, vectors, layout, whole, arithmetic, part);
    }
    if (layout == ROWS) UNROLL for (int r = 0; r < rows; r += 3) a[r] += parts;
    else a[0] += a_stride;
    b += b_stride;
  }
  if (parts == 2 && terms > 0) {
    accumulate_step(acc, t, a, b, rows, vectors, layout, whole, arithmetic, 0);
  }
}

// Makes sums of one row what they are to be, as far as that takes an instruction or two.
INLINE void finish_sums(const struct KERNEL(tile) *t, const size_t panels, vector acc[8],
                        const int vectors, const int arithmetic) {
  if (arithmetic == BYTES) {
    const float *head = t->start + panels * t->start_panel;
    UNROLL for (int v = 0; v < vectors; v++) {
      const float *bias = head + (size_t)(v / 2) * t->start_panel + v % 2 * WIDTH;
      acc[v] = scaled_sum((integers)acc[v], load(bias + PANEL), load(bias));
    }
  }
  if (t->epilogue == APUS_EPILOGUE_ACTIVATION && t->activation == APUS_RELU) {
    UNROLL for (int v = 0; v < vectors; v++) acc[v] = positive_part(acc[v]);
  }
}

INLINE void store_sums(const struct KERNEL(tile) *t, float *c, const vector acc[8],
                       const int vectors) {
  UNROLL for (int v = 0; v < vectors - 1; v++) store(c + v * WIDTH, acc[v]);
  store_up_to(c + (vectors - 1) * WIDTH, acc[vectors - 1], t->lanes);
}

// One tile, whose operands are those of `t` moved on by `panels` panels.
INLINE void compute_tile(const struct KERNEL(tile) *t, const size_t panels, const int rows,
                         const int vectors, const int layout, const int arithmetic) {
  const size_t lanes = t->lanes;
  vector acc[TALL][8], first[TALL][8];
  UNROLL for (int r = 0; r < rows; r++) {
    const float *start = t->start + (size_t)r * t->start_stride + panels * t->start_panel;
    UNROLL for (int v = 0; v < vectors; v++) {
      const float *at = start + (size_t)(v / 2) * t->start_panel + v % 2 * WIDTH;
      if (arithmetic == BYTES) acc[r][v] = splat(0);
      else acc[r][v] = v < vectors - 1 ? load(at) : load_up_to(at, lanes);
    }
  }
  const float *a = t->a, *b = t->b + panels * t->b_panel;
  for (size_t terms = t->k;;) {
    if (arithmetic != SINGLES || lanes >= WIDTH) {
      accumulate(acc, t, a, b, terms, rows, vectors, layout, true, arithmetic);
    } else {
      accumulate(acc, t, a, b, terms, rows, vectors, layout, false, arithmetic);
    }
    if (t->more == 0 || a != t->a) break;
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int v = 0; v < vectors; v++) first[r][v] = acc[r][v], acc[r][v] = splat(0);
    }
    a += terms * (layout == ROWS ? 1 : t->a_stride);
    b += terms / PARTS(arithmetic) * t->b_stride;
    terms = t->more;
  }
  if (t->more > 0) {
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int v = 0; v < vectors; v++) {
        acc[r][v] = join_chains(arithmetic, acc[r][v], first[r][v]);
      }
    }
  }
  if (t->epilogue == APUS_EPILOGUE_GRADIENT && t->activation == APUS_RELU) {
    UNROLL for (int r = 0; r < rows; r++) {
      const float *saved = t->saved + (size_t)r * t->c_stride + panels * PANEL;
      UNROLL for (int v = 0; v < vectors; v++) {
        const vector y = v < vectors - 1 ? load(saved + v * WIDTH)
                                         : load_up_to(saved + v * WIDTH, lanes);
        acc[r][v] = activate_backward(APUS_RELU, acc[r][v], y);
      }
    }
  }
  UNROLL for (int r = 0; r < rows; r++) {
    finish_sums(t, panels, acc[r], vectors, arithmetic);
    store_sums(t, t->c + (size_t)r * t->c_stride + panels * PANEL, acc[r], vectors);
  }
}

INLINE void compute_tiles(const struct KERNEL(tile) *t, const int rows, const int vectors,
                          const int layout, const int arithmetic) {
  for (size_t index = 0; index < t->repeats; index++) {
    compute_tile(t, index * ((size_t)vectors / 2), rows, vectors, layout, arithmetic);
  }
}

// Applies the other epilogues to `rows` x `columns` of C that were just stored.
INLINE void finish_rows(const struct KERNEL(tile) *t, size_t rows, size_t columns,
                        const apus_epilogue epilogue, const apus_activation activation) {
  for (size_t r = 0; r < rows; r++) {
    float *c = t->c + r * t->c_stride;
    for (size_t j = 0; j < columns; j += WIDTH) {
      const size_t lanes = columns - j;
      const vector sum = load_up_to(c + j, lanes);
      if (epilogue == APUS_EPILOGUE_ACTIVATION) {
        store_up_to(c + j, activate(activation, sum), lanes);
      } else {
        const vector saved = load_up_to(t->saved + r * t->c_stride + j, lanes);
        store_up_to(c + j, activate_backward(activation, sum, saved), lanes);
      }
    }
  }
}

static __attribute__((noinline)) void KERNEL(finish_tile)(const struct KERNEL(tile) *t,
                                                          size_t rows, size_t columns) {
#define FINISH(activation)                                                              \
  case activation:                                                                      \
    if (t->epilogue == APUS_EPILOGUE_ACTIVATION) {                                      \
      finish_rows(t, rows, columns, APUS_EPILOGUE_ACTIVATION, activation);              \
    } else {                                                                            \
      finish_rows(t, rows, columns, APUS_EPILOGUE_GRADIENT, activation);                \
    }                                                                                   \
    break;
  switch (t->activation) {
    FINISH(APUS_IDENTITY)
    FINISH(APUS_RELU)
    FINISH(APUS_SIGMOID)
    FINISH(APUS_TANH)
    FINISH(APUS_SOFTPLUS)
    FINISH(APUS_GELU)
  }
#undef FINISH
}

#define TILE_CASE(rows, ...) \
  case rows: compute_tiles(t, rows, __VA_ARGS__); break;
#define TILE_CASES_1(...) TILE_CASE(1, __VA_ARGS__)
#define TILE_CASES_2(...) TILE_CASES_1(__VA_ARGS__) TILE_CASE(2, __VA_ARGS__)
#define TILE_CASES_3(...) TILE_CASES_2(__VA_ARGS__) TILE_CASE(3, __VA_ARGS__)
#define TILE_CASES_4(...) TILE_CASES_3(__VA_ARGS__) TILE_CASE(4, __VA_ARGS__)
#define TILE_CASES_6(...) \
  TILE_CASES_4(__VA_ARGS__) TILE_CASE(5, __VA_ARGS__) TILE_CASE(6, __VA_ARGS__)
#define TILE_CASES_12(...) \
  TILE_CASES_6(__VA_ARGS__) TILE_CASE(7, __VA_ARGS__) TILE_CASE(8, __VA_ARGS__) \
  TILE_CASE(9, __VA_ARGS__) TILE_CASE(10, __VA_ARGS__) TILE_CASE(11, __VA_ARGS__) \
  TILE_CASE(12, __VA_ARGS__)
#if WIDTH == 16
#define TILE_CASES_TALL TILE_CASES_12
#define TILE_CASES_WIDE TILE_CASES_6
#define TILE_CASES_BROAD TILE_CASES_3
#elif WIDTH == 8
#define TILE_CASES_TALL TILE_CASES_6
#define TILE_CASES_WIDE TILE_CASES_3
#define TILE_CASES_BROAD TILE_CASES_1
#else
#define TILE_CASES_TALL TILE_CASES_4
#define TILE_CASES_WIDE TILE_CASES_2
#define TILE_CASES_BROAD TILE_CASES_1
#endif

// The four shapes of one layout and arithmetic.
#define TILE(name, cases, ...)                                                           \
  static __attribute__((noinline)) void KERNEL(name)(const struct KERNEL(tile) *t,       \
                                                     size_t rows) {                      \
    switch (rows) { cases(__VA_ARGS__) }                                                 \
  }
#define TILES(suffix, layout, arithmetic)                             \
  TILE(narrow_##suffix, TILE_CASES_TALL, 1, layout, arithmetic)       \
  TILE(tall_##suffix, TILE_CASES_TALL, 2, layout, arithmetic)         \
  TILE(wide_##suffix, TILE_CASES_WIDE, 4, layout, arithmetic)         \
  TILE(broad_##suffix, TILE_CASES_BROAD, 8, layout, arithmetic)
TILES(rows, ROWS, SINGLES)
TILES(columns, COLUMNS, SINGLES)

// The vectors of the widest tile for `rows` rows, of which `left` are still to be computed.
INLINE size_t tile_vectors(size_t rows, size_t left) {
  if (left >= 8 && rows <= TALL / 4) return 8;
  if (left >= 4 && rows <= TALL / 2) return 4;
  return left >= 2 ? 2 : 1;
}

// How many tiles of `vectors` vectors side by side are whole in `columns` columns; 1 where one is
// not. A single vector has no neighbour, for panels are what tiles move on by.
INLINE size_t whole_tiles(size_t columns, size_t vectors) {
  const size_t count = columns / (vectors * WIDTH);
  return vectors > 1 && count > 1 ? count : 1;
}
