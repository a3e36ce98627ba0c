// Operations on the steps of rows: each row is computed alone, several rows are a task.
//
//   lengths   | 3 | 0 | 2 | ... |     the steps that count, one number for each row

// The rows of a task. No result depends on it.
#define ROWS_OF_TASK 16

// What a task does: `rows` rows from `first` on, with memory that no other task uses meanwhile.
typedef void (*KERNEL(rows_body))(const struct call *step, size_t first, size_t rows,
                                  float *own);

struct KERNEL(rows) {
  const struct call *step;
  KERNEL(rows_body) body;
  size_t m;
  float *own;
  size_t own_count;
};

static void KERNEL(rows_task)(const void *context, size_t index, size_t thread) {
  const struct KERNEL(rows) *p = context;
  const size_t first = index * ROWS_OF_TASK;
  p->body(p->step, first, smaller(ROWS_OF_TASK, p->m - first), p->own + thread * p->own_count);
}

// Runs `body` on all rows; each thread has `own_count` elements of scratch from `shared` on.
static void KERNEL(each_rows)(const struct call *step, size_t m, KERNEL(rows_body) body,
                              size_t shared, size_t own_count, apus_pool *pool) {
  const struct KERNEL(rows) p = {.step = step, .body = body, .m = m,
                                 .own = step->scratch + shared, .own_count = own_count};
  apus_pool_run(pool, (m + ROWS_OF_TASK - 1) / ROWS_OF_TASK, KERNEL(rows_task), &p);
}

// The steps of a row that count, whatever its length says.
INLINE size_t steps_of(const struct call *step, size_t row, size_t steps) {
  const float *lengths = step->operands[3];
  if (!lengths) return steps;
  const float length = lengths[row];
  if (!(length >= 1)) return 0;
  return length < (float)steps ? (size_t)length : steps;
}

INLINE void fill_zeros(float *x, size_t count) {
  for (size_t i = 0; i < count; i += WIDTH) store_up_to(x + i, splat(0), count - i);
}

INLINE void copy_floats(const float *x, size_t count, float *y) {
  for (size_t i = 0; i < count; i += WIDTH) {
    store_up_to(y + i, load_up_to(x + i, count - i), count - i);
  }
}

// y += x.
INLINE void add_floats(const float *x, size_t count, float *y) {
  for (size_t i = 0; i < count; i += WIDTH) {
    const size_t lanes = count - i;
    store_up_to(y + i, load_up_to(y + i, lanes) + load_up_to(x + i, lanes), lanes);
  }
}

// y += a x.
INLINE void add_multiple(float a, const float *x, size_t count, float *y) {
  for (size_t i = 0; i < count; i += WIDTH) {
    const size_t lanes = count - i;
    store_up_to(y + i, fused(splat(a), load_up_to(x + i, lanes), load_up_to(y + i, lanes)), lanes);
  }
}

// Identifiers up to the first negative one.
static void KERNEL(length_rows)(const struct call *step, size_t first, size_t rows, float *own) {
  (void)own;
  // The result has one column; the identifiers' number is the only size.
  const size_t n = step->sizes[0];
  for (size_t row = first; row < first + rows; row++) {
    size_t length = 0;
    while (length < n && step->operands[0][row * n + length] >= 0) length++;
    step->result[row] = (float)length;
  }
}
