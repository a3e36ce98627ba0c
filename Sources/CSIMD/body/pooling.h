// The greatest or the mean of each channel over the steps of a row that count.

INLINE vector greatest_of(const float *x, size_t channels, size_t steps, size_t lanes) {
  vector greatest = load_up_to(x, lanes);
  for (size_t t = 1; t < steps; t++) {
    const vector next = load_up_to(x + t * channels, lanes);
    // NaN stays.
    greatest = select_lanes((next > greatest) | (next != next), next, greatest);
  }
  return greatest;
}

static void KERNEL(pool_rows)(const struct call *step, size_t first, size_t rows, float *own) {
  (void)own;
  const size_t places = step->sizes[0], steps = step->sizes[1], channels = step->sizes[2];
  for (size_t place = first * places; place < (first + rows) * places; place++) {
    const size_t length = steps_of(step, place, steps);
    const float *x = step->operands[0] + place * steps * channels;
    float *y = step->result + place * channels;
    for (size_t j = 0; j < channels; j += WIDTH) {
      const size_t lanes = channels - j;
      vector kept = splat(0);
      if (length > 0 && step->variant == APUS_POOL_MAXIMUM) {
        kept = greatest_of(x + j, channels, length, lanes);
      } else if (length > 0) {
        for (size_t t = 0; t < length; t++) kept += load_up_to(x + t * channels + j, lanes);
        kept /= splat((float)length);
      }
      store_up_to(y + j, kept, lanes);
    }
  }
}

static void KERNEL(pool_gradient_rows)(const struct call *step, size_t first, size_t rows,
                                       float *own) {
  (void)own;
  const size_t places = step->sizes[0], steps = step->sizes[1], channels = step->sizes[2];
  for (size_t place = first * places; place < (first + rows) * places; place++) {
    const size_t length = steps_of(step, place, steps);
    const float *x = step->operands[1] + place * steps * channels;
    float *dx = step->result + place * steps * channels;
    for (size_t j = 0; j < channels; j += WIDTH) {
      const size_t lanes = channels - j;
      const vector upstream = load_up_to(step->operands[0] + place * channels + j, lanes);
      const bool maximum = step->variant == APUS_POOL_MAXIMUM && length > 0;
      const vector greatest = maximum ? greatest_of(x + j, channels, length, lanes) : splat(0);
      const vector share = upstream / splat((float)length);
      integers open = ~(integers){};
      for (size_t t = 0; t < steps; t++) {
        vector gradient = t < length ? share : splat(0);
        if (maximum && t < length) {
          const integers here = open & (load_up_to(x + t * channels + j, lanes) == greatest);
          gradient = select_lanes(here, upstream, splat(0));
          open &= ~here;
        }
        store_up_to(dx + t * channels + j, gradient, lanes);
      }
    }
  }
}
