// Attention of several heads, a row and a head at a time; what it costs to keep the similarities of
// all steps for the way back is more than to compute them again.
//
//   projections of a step   | queries of all heads | keys | values |       3 heads d
//   own                     | keys turned, d x steps | values turned | weights | their gradients |
//                           | gradients of the keys, steps x d | of the values |

struct KERNEL(attention) {
  size_t steps, heads, d, columns, padded;  // columns of all heads; steps, whole vectors
  bool causal;
  float *keys, *values, *weights, *gradients, *key_gradients, *value_gradients;
};

INLINE struct KERNEL(attention) attention_of(const size_t *sizes, float *own) {
  const size_t steps = sizes[0], heads = sizes[1], d = sizes[2], padded = round_up(steps, WIDTH);
  float *const weights = own + 2 * d * padded, *const key_gradients = weights + 2 * padded;
  return (struct KERNEL(attention)){
      .steps = steps, .heads = heads, .d = d, .columns = heads * d, .padded = padded,
      .causal = sizes[3], .keys = own, .values = own + d * padded,
      .weights = weights, .gradients = weights + padded, .key_gradients = key_gradients,
      .value_gradients = key_gradients + steps * d,
  };
}

INLINE size_t attention_own(const size_t *sizes) {
  return 2 * (sizes[2] + 1) * round_up(sizes[0], WIDTH) + 2 * sizes[0] * sizes[2];
}

// turned[c, s] = x[s, c] for the steps that count, zeros behind them.
INLINE void turn(const struct KERNEL(attention) *a, const float *x, size_t length, float *turned) {
  for (size_t c = 0; c < a->d; c++) {
    float *line = turned + c * a->padded;
    for (size_t s = 0; s < length; s++) line[s] = x[s * 3 * a->columns + c];
    for (size_t s = length; s < a->padded; s++) line[s] = 0;
  }
}

// result[s] = scale (x . turned[., s]) for s < count.
INLINE void similarities(const struct KERNEL(attention) *a, const float *x, const float *turned,
                         float scale, size_t count, float *result) {
  for (size_t s = 0; s < count; s += WIDTH) {
    vector sum = splat(0);
    for (size_t c = 0; c < a->d; c++) {
      sum = fused(splat(x[c]), load(turned + c * a->padded + s), sum);
    }
    store(result + s, sum * splat(scale));
  }
}

INLINE size_t seen_from(const struct KERNEL(attention) *a, size_t t, size_t length) {
  return a->causal ? smaller(length, t + 1) : length;
}

// y = sum of weights[s] x[s] over s < count, times scale: four chains, each of every fourth step,
// so that none waits for itself.
INLINE void weighted_sum(const struct KERNEL(attention) *a, const float *weights, const float *x,
                         size_t count, float scale, float *y) {
  const size_t stride = 3 * a->columns;
  for (size_t c = 0; c < a->d; c += WIDTH) {
    const size_t lanes = a->d - c;
    vector sums[4] = {};
    for (size_t s = 0; s < count; s += 4) {
      UNROLL for (size_t i = 0; i < 4; i++) {
        if (s + i >= count) break;
        const vector value = load_up_to(x + (s + i) * stride + c, lanes);
        sums[i] = fused(splat(weights[s + i]), value, sums[i]);
      }
    }
    store_up_to(y + c, ((sums[0] + sums[1]) + (sums[2] + sums[3])) * splat(scale), lanes);
  }
}

static void KERNEL(attention_rows)(const struct call *step, size_t first, size_t rows,
                                   float *own) {
  const struct KERNEL(attention) a = attention_of(step->sizes, own);
  const float scale = 1 / __builtin_sqrtf((float)a.d);
  for (size_t row = first; row < first + rows; row++) {
    const size_t length = steps_of(step, row, a.steps);
    for (size_t head = 0; head < a.heads; head++) {
      const float *queries = step->operands[0] + row * a.steps * 3 * a.columns + head * a.d;
      const float *values = queries + 2 * a.columns;
      turn(&a, queries + a.columns, length, a.keys);
      for (size_t t = 0; t < a.steps; t++) {
        const size_t seen = seen_from(&a, t, length);
        similarities(&a, queries + t * 3 * a.columns, a.keys, scale, seen, a.weights);
        if (seen > 0) softmax_row(a.weights, seen, a.weights);
        weighted_sum(&a, a.weights, values, seen, 1,
                     step->result + (row * a.steps + t) * a.columns + head * a.d);
      }
    }
  }
}

// The gradients of one step's query, and its share in those of the keys and values that it saw.
static void KERNEL(attention_return)(const struct KERNEL(attention) *a, const float *query,
                                     const float *upstream, float *gradient, size_t t,
                                     size_t seen) {
  const float scale = 1 / __builtin_sqrtf((float)a->d);
  const float *first_key = query - t * 3 * a->columns + a->columns;
  similarities(a, query, a->keys, scale, seen, a->weights);
  if (seen > 0) softmax_row(a->weights, seen, a->weights);
  similarities(a, upstream, a->values, 1, seen, a->gradients);
  vector products = splat(0);
  for (size_t s = 0; s < seen; s += WIDTH) {
    const vector weights = load_up_to(a->weights + s, seen - s);
    products = fused(weights, load_up_to(a->gradients + s, seen - s), products);
  }
  const float mean = sum_lanes(products);
  for (size_t s = 0; s < seen; s++) {
    add_multiple(a->weights[s], upstream, a->d, a->value_gradients + s * a->d);
    a->gradients[s] = a->weights[s] * (a->gradients[s] - mean);
    add_multiple(scale * a->gradients[s], query, a->d, a->key_gradients + s * a->d);
  }
  weighted_sum(a, a->gradients, first_key, seen, scale, gradient);
}

static void KERNEL(attention_gradient_rows)(const struct call *step, size_t first, size_t rows,
                                            float *own) {
  const struct KERNEL(attention) a = attention_of(step->sizes, own);
  const size_t stride = 3 * a.columns;
  for (size_t row = first; row < first + rows; row++) {
    const size_t length = steps_of(step, row, a.steps);
    for (size_t head = 0; head < a.heads; head++) {
      const size_t place = row * a.steps * stride + head * a.d;
      const float *queries = step->operands[1] + place;
      turn(&a, queries + a.columns, length, a.keys);
      turn(&a, queries + 2 * a.columns, length, a.values);
      fill_zeros(a.key_gradients, 2 * a.steps * a.d);
      float *y = step->result + place;
      for (size_t t = 0; t < a.steps; t++) {
        const float *upstream =
            step->operands[0] + (row * a.steps + t) * a.columns + head * a.d;
        KERNEL(attention_return)(&a, queries + t * stride, upstream, y + t * stride, t,
                                 seen_from(&a, t, length));
      }
      for (size_t t = 0; t < a.steps; t++) {
        copy_floats(a.key_gradients + t * a.d, a.d, y + t * stride + a.columns);
        copy_floats(a.value_gradients + t * a.d, a.d, y + t * stride + 2 * a.columns);
      }
    }
  }
}
