// Windows of pictures and sequences: copied out for a product, and added back for its gradient.

// Where the vertical or horizontal window `index` meets x.
struct KERNEL(meeting) {
  size_t skipped;  // places of the window before x
  size_t start;    // the first place of x
  size_t count;    // the places of x inside
};

INLINE struct KERNEL(meeting) meet(const size_t *axis, size_t index) {
  const size_t from = index * axis[APUS_STRIDE], before = axis[APUS_BEFORE];
  const size_t end = from + axis[APUS_WINDOW];
  const size_t skipped = smaller(from < before ? before - from : 0, axis[APUS_WINDOW]);
  const size_t start = from + skipped - before;
  const size_t last = end > before ? smaller(end - before, axis[APUS_EXTENT]) : 0;
  return (struct KERNEL(meeting)){skipped, start, last > start ? last - start : 0};
}

// Calls COPY(of x, count, of the window) and FILL(of the window, count) over all windows of a row.
#define EACH_RUN(step, x, windows, COPY, FILL)                                               \
  do {                                                                                       \
    const size_t *down = (step)->sizes, *along = down + APUS_AXIS_SIZES;                     \
    const size_t channels = down[2 * APUS_AXIS_SIZES];                                       \
    const size_t line = along[APUS_WINDOW] * channels;                                       \
    float *window = (windows);                                                               \
    for (size_t i = 0; i < down[APUS_COUNT]; i++) {                                          \
      const struct KERNEL(meeting) v = meet(down, i);                                        \
      for (size_t j = 0; j < along[APUS_COUNT]; j++) {                                       \
        const struct KERNEL(meeting) h = meet(along, j);                                     \
        for (size_t y = 0; y < down[APUS_WINDOW]; y++, window += line) {                     \
          if (y < v.skipped || y >= v.skipped + v.count) {                                   \
            FILL(window, line);                                                              \
            continue;                                                                        \
          }                                                                                  \
          const size_t at = (v.start + y - v.skipped) * along[APUS_EXTENT] + h.start;        \
          const size_t before = h.skipped * channels, inside = h.count * channels;           \
          FILL(window, before);                                                              \
          COPY((x) + at * channels, inside, window + before);                                \
          FILL(window + before + inside, line - before - inside);                            \
        }                                                                                    \
      }                                                                                      \
    }                                                                                        \
  } while (0)

INLINE size_t places_of(const size_t *sizes) {
  return sizes[APUS_EXTENT] * sizes[APUS_AXIS_SIZES + APUS_EXTENT] * sizes[2 * APUS_AXIS_SIZES];
}

INLINE size_t windows_of(const size_t *sizes) {
  const size_t *along = sizes + APUS_AXIS_SIZES;
  return sizes[APUS_COUNT] * along[APUS_COUNT] * sizes[APUS_WINDOW] * along[APUS_WINDOW] *
         sizes[2 * APUS_AXIS_SIZES];
}

static void KERNEL(windows_rows)(const struct call *step, size_t first, size_t rows, float *own) {
  (void)own;
  const size_t places = places_of(step->sizes), count = windows_of(step->sizes);
  for (size_t row = first; row < first + rows; row++) {
    EACH_RUN(step, step->operands[0] + row * places, step->result + row * count, copy_floats,
             fill_zeros);
  }
}

#define ADD_BACK(x, count, window) add_floats(window, count, x)
#define LEAVE_OUT(window, count) (void)(window)

static void KERNEL(windows_gradient_rows)(const struct call *step, size_t first, size_t rows,
                                          float *own) {
  (void)own;
  const size_t places = places_of(step->sizes), count = windows_of(step->sizes);
  for (size_t row = first; row < first + rows; row++) {
    float *x = step->result + row * places;
    fill_zeros(x, places);
    EACH_RUN(step, x, (float *)step->operands[0] + row * count, ADD_BACK, LEAVE_OUT);
  }
}
