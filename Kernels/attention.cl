// Attention of several heads, the softmax kept up to date as steps are seen, so that no weights
// are stored (Milakov and Gimelshein, Online normalizer calculation for softmax, 2018).
//
//   projections of a step   | queries of all heads | keys | values |      each `columns` wide
//
// With the greatest similarity m so far, sums hold exp(similarity - m); where a step is greater,
// they are scaled down first.

// The steps that step t sees.
uint seen_from(uint t, uint length, uint is_causal) {
  return is_causal ? min(length, t + 1) : length;
}

// projections: rows x steps x 3 columns. y: rows x steps x columns. get_global_id(0): steps of all
// rows, (1): heads of `width` columns.
kernel void attention(
    global const float *projections, ulong projections_offset, global const float *lengths,
    ulong lengths_offset, global float *y, ulong y_offset, uint rows, uint steps, uint heads,
    uint width, uint is_causal, uint has_lengths) {
  const uint place = get_global_id(0), head = get_global_id(1);
  if (place >= rows * steps || head >= heads) return;
  const uint2 at = divide(place, steps);
  const uint columns = heads * width;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, at.x, steps);
  const uint seen = seen_from(at.y, length, is_causal);
  const float scale = 1.0f / sqrt((float)width);
  projections += projections_offset + head * width;
  global const float *query = projections + (ulong)place * 3 * columns;
  global const float *keys = projections + (ulong)at.x * steps * 3 * columns + columns;
  y += y_offset + (ulong)place * columns + head * width;
  fill_elements(y, width, 0.0f);
  float greatest = -INFINITY, total = 0.0f;
  for (uint s = 0; s < seen; ++s) {
    global const float *key = keys + (ulong)s * 3 * columns;
    const float similarity = scale * dot_product(query, key, width);
    const float next = fmax(greatest, similarity);
    const float kept = exp(greatest - next), weight = exp(similarity - next);
    total = fma(total, kept, weight);
    for (uint i = 0; i < width; i += LANES) {
      const uint lanes = width - i;
      const floats value = load_lanes(key + columns + i, lanes, 0.0f);
      const floats sum = load_lanes(y + i, lanes, 0.0f) * kept;
      store_lanes(fma((floats)(weight), value, sum), y + i, lanes);
    }
    greatest = next;
  }
  if (seen == 0) return;
  for (uint i = 0; i < width; i += LANES) {
    store_lanes(load_lanes(y + i, width - i, 0.0f) / total, y + i, width - i);
  }
}

// upstream: rows x steps x columns. projections, y: rows x steps x 3 columns. get_global_id(0):
// rows, (1): heads. An item takes all steps of a row, since every step adds to the keys and values
// that it saw.
kernel void attention_gradient(
    global const float *upstream, ulong upstream_offset, global const float *projections,
    ulong projections_offset, global const float *lengths, ulong lengths_offset,
    global float *y, ulong y_offset, uint rows, uint steps, uint heads, uint width,
    uint is_causal, uint has_lengths) {
  const uint row = get_global_id(0), head = get_global_id(1);
  if (row >= rows || head >= heads) return;
  const uint columns = heads * width, stride = 3 * columns;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const float scale = 1.0f / sqrt((float)width);
  const ulong start = (ulong)row * steps * stride + head * width;
  upstream += upstream_offset + (ulong)row * steps * columns + head * width;
  projections += projections_offset + start;
  y += y_offset + start;
  for (uint t = 0; t < steps; ++t) {
    for (uint part = 0; part < 3; ++part) {
      fill_elements(y + (ulong)t * stride + part * columns, width, 0.0f);
    }
  }
  for (uint t = 0; t < steps; ++t, upstream += columns) {
    const uint seen = seen_from(t, length, is_causal);
    global const float *query = projections + (ulong)t * stride;
    float greatest = -INFINITY, total = 0.0f, mean = 0.0f;
    for (uint s = 0; s < seen; ++s) {
      global const float *key = projections + (ulong)s * stride + columns;
      const float similarity = scale * dot_product(query, key, width);
      const float next = fmax(greatest, similarity);
      const float kept = exp(greatest - next), weight = exp(similarity - next);
      total = fma(total, kept, weight);
      mean = fma(mean, kept, weight * dot_product(upstream, key + columns, width));
      greatest = next;
    }
    for (uint s = 0; s < seen; ++s) {
      global const float *key = projections + (ulong)s * stride + columns;
      global float *gradient = y + (ulong)s * stride + columns;
      const float similarity = scale * dot_product(query, key, width);
      const float weight = exp(similarity - greatest) / total;
      const float slope = dot_product(upstream, key + columns, width) - mean / total;
      const float factor = scale * weight * slope;
      add_multiple(upstream, weight, gradient + columns, width);
      add_multiple(query, factor, gradient, width);
      add_multiple(key, factor, y + (ulong)t * stride, width);
    }
  }
}
