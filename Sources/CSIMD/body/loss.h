// Mean losses and their gradients.

INLINE vector element_loss(apus_loss loss, vector prediction, vector target) {
  const vector difference = prediction - target;
  switch (loss) {
  case APUS_MEAN_SQUARED_ERROR: return difference * difference;
  case APUS_MEAN_ABSOLUTE_ERROR: return absolute(difference);
  default:
    return positive_part(prediction) - prediction * target + softplus_tail(prediction);
  }
}

INLINE vector element_gradient(apus_loss loss, vector prediction, vector target) {
  const vector difference = prediction - target;
  switch (loss) {
  case APUS_MEAN_SQUARED_ERROR: return difference + difference;
  case APUS_MEAN_ABSOLUTE_ERROR: {
    // What is neither above nor below 0 is 0 itself or NaN, and stays so.
    const vector above = select_lanes(difference > splat(0), splat(1), difference);
    return select_lanes(difference < splat(0), splat(-1), above);
  }
  default: return sigmoid(prediction) - target;
  }
}

// The class index of a row, or n where the target names none.
INLINE size_t class_of(float target, size_t n) {
  return target >= 0 && target < (float)n ? (size_t)target : n;
}

INLINE float row_cross_entropy(const float *logits, float target, size_t n) {
  const size_t class = class_of(target, n);
  if (class == n) return __builtin_nanf("");
  const float maximum = row_maximum(logits, n);
  const float sum = row_exponentials(logits, maximum, n, NULL);
  return logarithm(splat(sum))[0] + (maximum - logits[class]);
}

// Chunks of REDUCTION_CHUNK terms are summed in ascending order, then their sums.
static void KERNEL(loss)(const struct call *step, size_t m) {
  const apus_loss loss = (apus_loss)step->variant;
  const bool by_row = loss == APUS_SOFTMAX_CROSS_ENTROPY;
  const size_t count = by_row ? m : m * step->n;
  const float *prediction = step->operands[0], *target = step->operands[1];
  float total = 0;
  for (size_t chunk = 0; chunk < count; chunk += REDUCTION_CHUNK) {
    const size_t size = smaller(REDUCTION_CHUNK, count - chunk);
    float terms[REDUCTION_CHUNK];
    if (by_row) {
      for (size_t i = 0; i < size; i++) {
        const size_t row = chunk + i;
        terms[i] = row_cross_entropy(prediction + row * step->n, target[row], step->n);
      }
    } else {
      for (size_t i = 0; i < size; i += WIDTH) {
        const vector p = load_up_to(prediction + chunk + i, size - i);
        const vector t = load_up_to(target + chunk + i, size - i);
        store_up_to(terms + i, element_loss(loss, p, t), size - i);
      }
    }
    total += sum_of_row(terms, size);
  }
  step->result[0] = total / (float)count;
}

static void KERNEL(softmax_gradient)(const struct call *step, size_t m, float scale) {
  const size_t n = step->n;
  for (size_t i = 0; i < m; i++) {
    const float *logits = step->operands[0] + i * n;
    float *gradient = step->result + i * n;
    const float sum = row_exponentials(logits, row_maximum(logits, n), n, gradient);
    const size_t class = class_of(step->operands[1][i], n);
    for (size_t j = 0; j < n; j++) {
      const float expected = class == n ? __builtin_nanf("") : j == class ? 1 : 0;
      gradient[j] = (gradient[j] / sum - expected) * scale;
    }
  }
}

static void KERNEL(loss_gradient)(const struct call *step, size_t m) {
  const apus_loss loss = (apus_loss)step->variant;
  const size_t count = m * step->n;
  const float upstream = step->operands[2][0];
  if (loss == APUS_SOFTMAX_CROSS_ENTROPY) {
    KERNEL(softmax_gradient)(step, m, upstream / (float)m);
    return;
  }
  const vector scale = splat(upstream / (float)count);
  for (size_t i = 0; i < count; i += WIDTH) {
    const vector p = load_up_to(step->operands[0] + i, count - i);
    const vector t = load_up_to(step->operands[1] + i, count - i);
    store_up_to(step->result + i, element_gradient(loss, p, t) * scale, count - i);
  }
}
