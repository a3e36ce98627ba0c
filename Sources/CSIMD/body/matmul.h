// C[m,n] = epilogue(bias + sum over k of A[m,k] B[k,n]): which way a product goes, by its shape.

// Below this many multiply-adds a second thread costs more than it saves.
#define PARALLEL_PRODUCT 1000000
// A B of up to this many elements stays in level 2 without being packed.
#define IN_PLACE 100000
// From this many elements a B that is read once is read in the order in which it lies.
#define STREAMED 16384
// An A that is read again for this many columns may be packed, if its rows are this far apart.
#define REUSED 128
#define FAR_APART 512
// The k's that a streamed product adds to a row of C at once.
#define STREAM 8

struct KERNEL(stream) {
  const float *a, *b;
  const struct call *step;
  size_t n, k, columns_per_task;
};

// Columns of C = start + A B, where A is one row, for the rows of B in turn.
static void KERNEL(stream_task)(const void *context, size_t index, size_t thread) {
  (void)thread;
  const struct KERNEL(stream) *p = context;
  const size_t from = index * p->columns_per_task;
  const size_t columns = smaller(p->n - from, p->columns_per_task);
  const float *bias = p->step->bias;
  float *c = p->step->result + from;
  for (size_t j = 0; j < columns; j++) c[j] = bias ? bias[from + j] : 0;
  for (size_t k = 0; k < p->k; k += STREAM) {
    const size_t terms = smaller(STREAM, p->k - k);
    const float *b = p->b + k * p->n + from;
    for (size_t j = 0; j < columns; j += WIDTH) {
      const size_t lanes = columns - j;
      vector sum = load_up_to(c + j, lanes);
      if (terms == STREAM && lanes >= WIDTH) {
        UNROLL for (size_t i = 0; i < STREAM; i++) {
          sum = fused(splat(p->a[k + i]), load(b + i * p->n + j), sum);
        }
      } else {
        for (size_t i = 0; i < terms; i++) {
          sum = fused(splat(p->a[k + i]), load_up_to(b + i * p->n + j, lanes), sum);
        }
      }
      store_up_to(c + j, sum, lanes);
    }
  }
}

// The epilogue of a product that has none of its own.
static void KERNEL(finish_product)(const struct call *step, size_t m) {
  if (step->epilogue == APUS_EPILOGUE_NONE) return;
  const struct KERNEL(tile) t = {
      .c = step->result, .c_stride = step->n, .saved = step->operands[2],
      .epilogue = step->epilogue, .activation = step->activation,
  };
  KERNEL(finish_tile)(&t, 1, m * step->n);
}

static void KERNEL(matmul_streamed)(const struct call *step, size_t k, apus_pool *pool) {
  struct KERNEL(stream) p = {.a = step->operands[0], .b = step->operands[1], .step = step,
                             .n = step->n, .k = k};
  const size_t tasks = pool ? TASKS : 1;
  p.columns_per_task = round_up((p.n + tasks - 1) / tasks, 2 * PANEL);
  apus_pool_run(pool, (p.n + p.columns_per_task - 1) / p.columns_per_task, KERNEL(stream_task), &p);
  KERNEL(finish_product)(step, 1);
}

struct KERNEL(dots_part) {
  const float *x, *y;  // m and n rows of k
  float *result;
  size_t m, n, k, rows_per_task;
};

// Dot products of every row of x with a part of y's rows.
static void KERNEL(dots_task)(const void *context, size_t index, size_t thread) {
  (void)thread;
  const struct KERNEL(dots_part) *p = context;
  const size_t from = index * p->rows_per_task;
  for (size_t i = 0; i < p->m; i++) {
    KERNEL(dots)(p->x + i * p->k, p->y + from * p->k, p->k, smaller(p->n - from, p->rows_per_task),
                 p->k, p->result + i * p->n + from);
  }
}

// Dot products of every row of A with every row of a turned B.
static void KERNEL(matmul_dots)(const struct call *step, size_t m, size_t k, apus_pool *pool) {
  const size_t n = step->n;
  const float *a = step->operands[0], *b = step->operands[1];
  struct KERNEL(dots_part) p = {.x = a, .y = b, .result = step->result, .m = m, .n = n, .k = k};
  // A column is one row that all of A's are multiplied by.
  if (n == 1) p.x = b, p.y = a, p.m = 1, p.n = m;
  const size_t tasks = pool ? TASKS : 1;
  p.rows_per_task = round_up((p.n + tasks - 1) / tasks, WIDTH);
  apus_pool_run(pool, (p.n + p.rows_per_task - 1) / p.rows_per_task, KERNEL(dots_task), &p);
  if (step->bias) {
    for (size_t i = 0; i < m; i++) {
      for (size_t j = 0; j < n; j++) step->result[i * n + j] += step->bias[j];
    }
  }
  KERNEL(finish_product)(step, m);
}

// Whether B is copied to panels. Only AVX-512 reads part of a vector at no cost.
INLINE bool packs_b(apus_operation operation, size_t m, size_t n, size_t k) {
  return operation == APUS_MATMUL_NT || (WIDTH != 16 && n % WIDTH != 0) ||
         (m > FEW_ROWS && n * k > IN_PLACE);
}

// Whether A is: what many panels read again should not be evicted in between, as it is where its
// rows are far apart.
INLINE bool packs_a(apus_operation operation, size_t m, size_t n, size_t k) {
  const size_t stride = operation == APUS_MATMUL_TN ? m : k;
  return m > TALL && n >= REUSED && (packs_b(operation, m, n, k) || stride >= FAR_APART);
}

static size_t KERNEL(matmul_scratch)(apus_operation operation, size_t m, size_t n, size_t k,
                                     size_t threads) {
  return (packs_a(operation, m, n, k) ? threads * A_PACKED : 0) +
         (packs_b(operation, m, n, k) ? b_packed_count(n, k) : 0);
}

static void KERNEL(matmul)(const struct call *step, size_t m, size_t k, apus_pool *pool) {
  const bool nt = step->operation == APUS_MATMUL_NT, tn = step->operation == APUS_MATMUL_TN;
  const size_t n = step->n;
  if (m * n * k < PARALLEL_PRODUCT) pool = NULL;
  if ((n == 1 && !tn) || (nt && m <= TALL / 4)) {
    KERNEL(matmul_dots)(step, m, k, pool);
    return;
  }
  if (m == 1 && !nt && n * k >= STREAMED) {
    KERNEL(matmul_streamed)(step, k, pool);
    return;
  }
  if (n == 1 && !step->bias) {
    // A turned times a column is a row times A.
    struct call turned = *step;
    turned.n = m;
    turned.operands[0] = step->operands[1];
    turned.operands[1] = step->operands[0];
    KERNEL(matmul_streamed)(&turned, k, pool);
    return;
  }
  struct KERNEL(product) p = {
      .step = step, .m = m, .n = n, .k = k, .a = step->operands[0], .b = step->operands[1],
      .a_turned = tn, .b_turned = nt, .a_stride = tn ? m : k, .b_stride = nt ? k : n,
  };
  float *scratch = step->scratch;
  if (packs_a(step->operation, m, n, k)) {
    p.a_packed = scratch;
    scratch += apus_pool_threads(pool) * A_PACKED;
  }
  if (packs_b(step->operation, m, n, k)) p.b_packed = scratch;
  KERNEL(run_product)(&p, pool);
}
