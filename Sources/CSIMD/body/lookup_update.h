// An optimizer's step on the rows of a table that were looked up; result is the table.
//
// The rows are found as in lookup.h. What a row's places received goes to the rule that dense
// parameters follow, without ever being a tensor; all other rows stay as they are.

// The columns whose gradient is kept at once.
#define GRADIENT_BLOCK 256

static void KERNEL(lookup_update_task)(const void *context, size_t index, size_t thread) {
  const struct places *places = context;
  const struct call *step = places->lookup->step;
  const size_t width = places->lookup->width;
  const size_t last = smaller(places->count, (index + 1) * PLACES_PER_TASK);
  (void)thread;
  for (size_t i = first_of_task(places, index); i < last;) {
    if (i + ROWS_AHEAD < places->count) {
      const size_t ahead = row_at(places->sorted, i + ROWS_AHEAD) * width;
      __builtin_prefetch(step->result + ahead);
      for (int s = 0; s < 2; s++) {
        if (step->slots[s]) __builtin_prefetch(step->slots[s] + ahead);
      }
    }
    const size_t end = end_of_row(places, i), row = row_at(places->sorted, i) * width;
    for (size_t start = 0; start < width; start += GRADIENT_BLOCK) {
      const size_t columns = smaller(width - start, GRADIENT_BLOCK), at = row + start;
      float gradient[GRADIENT_BLOCK];
      for (size_t column = 0; column < columns; column += WIDTH) {
        const vector sum = received(places, i, end, start + column);
        store_up_to(gradient + column, sum, columns - column);
      }
      float *const slots[2] = {
          step->slots[0] ? step->slots[0] + at : NULL,
          step->slots[1] ? step->slots[1] + at : NULL,
      };
      KERNEL(update_run)((apus_rule)step->variant, step->parameters, step->operands[2], columns,
                         gradient, step->result + at, slots);
    }
    i = end;
  }
}

static void KERNEL(lookup_update)(const struct call *step, size_t m, apus_pool *pool) {
  const struct lookup lookup = lookup_of(step, m);
  const struct places places = KERNEL(sorted_places)(&lookup);
  apus_pool_run(pool, (places.count + PLACES_PER_TASK - 1) / PLACES_PER_TASK,
                KERNEL(lookup_update_task), &places);
}
