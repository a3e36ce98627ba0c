// Rows of a table chosen by identifiers, and the gradient of the table.
//
//   identifiers   | bag | bag |    bags of identifiers, `sizes[0]` of them in each of m rows;
//                 | bag | bag |    each gives one row of the result
//
// The gradient sorts the places of all identifiers by the rows that they chose, places of one row
// staying in ascending order. A row of the table then belongs to the task in which its places
// begin, which sums what they received: no result depends on threads.
//
//   places    | 3 9 | 0 | 2 5 7 | 4 |        by rows 1, 2, 6 and 8 of the table
//   tasks     | 0       | 1         |

// No row: an identifier that is negative, beyond the table or no number.
#define NO_ROW UINT32_MAX
// How many rows ahead memory is asked for.
#define ROWS_AHEAD 8
#define BAGS_PER_TASK 512
#define PLACES_PER_TASK 512
#define DIGIT_BITS 12
// Fewer places than this are sorted by insertion.
#define FEW_PLACES 64

// A row of the table in the upper half, the place of its identifier in the lower.
typedef uint64_t __attribute__((may_alias)) row_place;

struct lookup {
  const struct call *step;
  size_t bags, bag, vocabulary, width;
};

struct places {
  const struct lookup *lookup;
  const row_place *sorted;
  size_t count;
};

INLINE uint32_t row_of(float identifier, size_t vocabulary) {
  return identifier >= 0 && identifier < (float)vocabulary ? (uint32_t)identifier : NO_ROW;
}

INLINE uint32_t row_at(const row_place *sorted, size_t i) { return (uint32_t)(sorted[i] >> 32); }

INLINE struct lookup lookup_of(const struct call *step, size_t m) {
  return (struct lookup){
      .step = step, .bags = m * step->sizes[0], .bag = step->sizes[1],
      .vocabulary = step->sizes[2], .width = step->sizes[3],
  };
}

// The identifiers of a bag that choose a row.
INLINE size_t chosen(const float *identifiers, const struct lookup *lookup) {
  size_t count = 0;
  for (size_t j = 0; j < lookup->bag; j++) {
    count += row_of(identifiers[j], lookup->vocabulary) != NO_ROW;
  }
  return count;
}

static void KERNEL(lookup_task)(const void *context, size_t index, size_t thread) {
  const struct lookup *lookup = context;
  const size_t bag = lookup->bag, width = lookup->width;
  const float *table = lookup->step->operands[1];
  const size_t end = smaller(lookup->bags, (index + 1) * BAGS_PER_TASK);
  (void)thread;
  for (size_t i = index * BAGS_PER_TASK; i < end; i++) {
    const float *identifiers = lookup->step->operands[0] + i * bag;
    if (i + ROWS_AHEAD < end) {
      const uint32_t ahead = row_of(identifiers[ROWS_AHEAD * bag], lookup->vocabulary);
      if (ahead != NO_ROW) __builtin_prefetch(table + ahead * width);
    }
    const bool divides = lookup->step->mean;
    const vector divisor = splat(divides ? (float)chosen(identifiers, lookup) : 1);
    for (size_t column = 0; column < width; column += WIDTH) {
      const size_t lanes = width - column;
      vector sum = splat(0);
      for (size_t j = 0; j < bag; j++) {
        const uint32_t row = row_of(identifiers[j], lookup->vocabulary);
        if (row != NO_ROW) sum += load_up_to(table + row * width + column, lanes);
      }
      if (divides && divisor[0] > 0) sum /= divisor;
      store_up_to(lookup->step->result + i * width + column, sum, lanes);
    }
  }
}

static void KERNEL(lookup)(const struct call *step, size_t m, apus_pool *pool) {
  const struct lookup lookup = lookup_of(step, m);
  const size_t tasks = (lookup.bags + BAGS_PER_TASK - 1) / BAGS_PER_TASK;
  apus_pool_run(pool, tasks, KERNEL(lookup_task), &lookup);
}

// Sorts by the rows, DIGIT_BITS bits at a time, and returns which of the two arrays holds the
// result; the other is overwritten.
static row_place *KERNEL(sort_places)(row_place *places, row_place *spare, size_t count,
                                      size_t vocabulary) {
  if (count < FEW_PLACES) {
    for (size_t i = 1; i < count; i++) {
      const row_place moved = places[i];
      size_t j = i;
      for (; j > 0 && places[j - 1] > moved; j--) places[j] = places[j - 1];
      places[j] = moved;
    }
    return places;
  }
  for (int shift = 0; shift == 0 || (vocabulary - 1) >> shift; shift += DIGIT_BITS) {
    uint32_t starts[(1 << DIGIT_BITS) + 1] = {};
    const uint32_t mask = (1 << DIGIT_BITS) - 1;
    for (size_t i = 0; i < count; i++) starts[(row_at(places, i) >> shift & mask) + 1]++;
    for (uint32_t digit = 0; digit < mask; digit++) starts[digit + 1] += starts[digit];
    for (size_t i = 0; i < count; i++) {
      spare[starts[row_at(places, i) >> shift & mask]++] = places[i];
    }
    row_place *const sorted = spare;
    spare = places;
    places = sorted;
  }
  return places;
}

// The places of all identifiers that choose a row, sorted.
static struct places KERNEL(sorted_places)(const struct lookup *lookup) {
  const size_t count = lookup->bags * lookup->bag;
  row_place *places = (row_place *)lookup->step->scratch;
  size_t found = 0;
  for (size_t place = 0; place < count; place++) {
    const uint32_t row = row_of(lookup->step->operands[0][place], lookup->vocabulary);
    if (row != NO_ROW) places[found++] = (row_place)row << 32 | place;
  }
  return (struct places){
      .lookup = lookup,
      .sorted = KERNEL(sort_places)(places, places + count, found, lookup->vocabulary),
      .count = found,
  };
}

// What the places `first ..< end` received in the columns from `column` on.
INLINE vector received(const struct places *places, size_t first, size_t end, size_t column) {
  const struct lookup *lookup = places->lookup;
  const size_t width = lookup->width, bag = lookup->bag;
  vector sum = splat(0);
  for (size_t i = first; i < end; i++) {
    const size_t place = (uint32_t)places->sorted[i], from = bag == 1 ? place : place / bag;
    const float *upstream = lookup->step->operands[1] + from * width + column;
    const vector x = load_up_to(upstream, width - column);
    sum += lookup->step->mean
               ? x / splat((float)chosen(lookup->step->operands[0] + from * bag, lookup))
               : x;
  }
  return sum;
}

// The end of the places that chose the same row as place i.
INLINE size_t end_of_row(const struct places *places, size_t i) {
  const uint32_t row = row_at(places->sorted, i);
  do i++;
  while (i < places->count && row_at(places->sorted, i) == row);
  return i;
}

// The first place of a task, and its end: rows that begin in it.
INLINE size_t first_of_task(const struct places *places, size_t index) {
  const size_t i = index * PLACES_PER_TASK;
  const bool begins = i == 0 || row_at(places->sorted, i - 1) != row_at(places->sorted, i);
  return begins ? i : end_of_row(places, i);
}

static void KERNEL(gradient_task)(const void *context, size_t index, size_t thread) {
  const struct places *places = context;
  const size_t width = places->lookup->width;
  const size_t last = smaller(places->count, (index + 1) * PLACES_PER_TASK);
  (void)thread;
  for (size_t i = first_of_task(places, index); i < last;) {
    const size_t end = end_of_row(places, i);
    float *row = places->lookup->step->result + row_at(places->sorted, i) * width;
    for (size_t column = 0; column < width; column += WIDTH) {
      store_up_to(row + column, received(places, i, end, column), width - column);
    }
    i = end;
  }
}

static void KERNEL(lookup_gradient)(const struct call *step, size_t m, apus_pool *pool) {
  const struct lookup lookup = lookup_of(step, m);
  const struct places places = KERNEL(sorted_places)(&lookup);
  __builtin_memset(step->result, 0, lookup.vocabulary * lookup.width * sizeof(float));
  apus_pool_run(pool, (places.count + PLACES_PER_TASK - 1) / PLACES_PER_TASK,
                KERNEL(gradient_task), &places);
}
