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

// The way back of the queries, an item for each step and head: what attention was at the step, and
// from it the gradient of its query.
//
// upstream: rows x steps x columns. projections, y: rows x steps x 3 columns. moments: rows x steps
// x heads x 3, the greatest similarity, the sum of the exponentials, and the mean of the slopes.
// get_global_id as for attention.
kernel void attention_gradient_queries(
    global const float *upstream, ulong upstream_offset, global const float *projections,
    ulong projections_offset, global const float *lengths, ulong lengths_offset,
    global float *y, ulong y_offset, global float *moments, ulong moments_offset, uint rows,
    uint steps, uint heads, uint width, uint is_causal, uint has_lengths) {
  const uint place = get_global_id(0), head = get_global_id(1);
  if (place >= rows * steps || head >= heads) return;
  const uint2 at = divide(place, steps);
  const uint columns = heads * width, stride = 3 * columns;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, at.x, steps);
  const uint seen = seen_from(at.y, length, is_causal);
  const float scale = 1.0f / sqrt((float)width);
  upstream += upstream_offset + (ulong)place * columns + head * width;
  projections += projections_offset + head * width;
  global const float *query = projections + (ulong)place * stride;
  global const float *keys = projections + (ulong)at.x * steps * stride + columns;
  y += y_offset + (ulong)place * stride + head * width;
  float greatest = -INFINITY, total = 0.0f, mean = 0.0f;
  for (uint s = 0; s < seen; ++s) {
    global const float *key = keys + (ulong)s * stride;
    const float similarity = scale * dot_product(query, key, width);
    const float next = fmax(greatest, similarity);
    const float kept = exp(greatest - next), weight = exp(similarity - next);
    total = fma(total, kept, weight);
    mean = fma(mean, kept, weight * dot_product(upstream, key + columns, width));
    greatest = next;
  }
  mean /= total;
  moments += moments_offset + ((ulong)place * heads + head) * 3;
  moments[0] = greatest;
  moments[1] = total;
  moments[2] = mean;
  fill_elements(y, width, 0.0f);
  for (uint s = 0; s < seen; ++s) {
    global const float *key = keys + (ulong)s * stride;
    const float weight = exp(scale * dot_product(query, key, width) - greatest) / total;
    const float slope = dot_product(upstream, key + columns, width) - mean;
    add_multiple(key, scale * weight * slope, y, width);
  }
}

// The way back of the keys and values, an item for each step and head: it gathers from all steps
// that saw it, in order. Operands as for attention_gradient_queries, which came before.
kernel void attention_gradient_keys(
    global const float *upstream, ulong upstream_offset, global const float *projections,
    ulong projections_offset, global const float *lengths, ulong lengths_offset,
    global float *y, ulong y_offset, global const float *moments, ulong moments_offset,
    uint rows, uint steps, uint heads, uint width, uint is_causal, uint has_lengths) {
  const uint place = get_global_id(0), head = get_global_id(1);
  if (place >= rows * steps || head >= heads) return;
  const uint2 at = divide(place, steps);
  const uint columns = heads * width, stride = 3 * columns;
  const float scale = 1.0f / sqrt((float)width);
  projections += projections_offset + head * width;
  global const float *key = projections + (ulong)place * stride + columns;
  y += y_offset + (ulong)place * stride + columns + head * width;
  fill_elements(y, width, 0.0f);
  fill_elements(y + columns, width, 0.0f);
  if (at.y >= steps_of(lengths + lengths_offset, has_lengths, at.x, steps)) return;
  const uint first = is_causal ? at.y : 0;
  for (ulong other = (ulong)at.x * steps + first; other < ((ulong)at.x + 1) * steps; ++other) {
    global const float *query = projections + other * stride;
    global const float *given = upstream + upstream_offset + other * columns + head * width;
    global const float *moment = moments + moments_offset + (other * heads + head) * 3;
    const float weight = exp(scale * dot_product(query, key, width) - moment[0]) / moment[1];
    const float slope = dot_product(given, key + columns, width) - moment[2];
    add_multiple(query, scale * weight * slope, y, width);
    add_multiple(given, weight, y + columns, width);
  }
}
