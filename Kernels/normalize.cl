// y[i,j] = (x[i,j] - mean) / sqrt(variance + epsilon), mean and variance being those of row i, and
// the gradient (g - mean(g) - y mean(g y)) / sqrt(variance + epsilon).
//
// Algorithm: a work-item takes a row, LANES columns at a time. Each lane sums its own columns, and
// the lanes are then added in ascending order.

// The mean of a row of x, and what its distance from it is multiplied by.
float2 row_scale(global const float *x, uint columns, float epsilon) {
  floats sum = 0.0f;
  for (uint column = 0; column < columns; column += LANES) {
    sum += load_lanes(x + column, columns - column, 0.0f);
  }
  const float mean = sum_of_lanes(sum) / (float)columns;
  floats squares = 0.0f;
  for (uint column = 0; column < columns; column += LANES) {
    const floats d = load_lanes(x + column, columns - column, mean) - mean;
    squares = fma(d, d, squares);
  }
  return (float2)(mean, 1.0f / sqrt(sum_of_lanes(squares) / (float)columns + epsilon));
}

// x, y: rows x columns.
kernel void normalize_rows(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint rows,
    uint columns, float epsilon) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  x += x_offset + (ulong)row * columns;
  y += y_offset + (ulong)row * columns;
  const float2 scale = row_scale(x, columns, epsilon);
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    store_lanes((load_lanes(x + column, lanes, 0.0f) - scale.x) * scale.y, y + column, lanes);
  }
}

// upstream, x, y: rows x columns.
kernel void normalize_rows_gradient(
    global const float *upstream, ulong upstream_offset, global const float *x, ulong x_offset,
    global float *y, ulong y_offset, uint rows, uint columns, float epsilon) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  upstream += upstream_offset + (ulong)row * columns;
  x += x_offset + (ulong)row * columns;
  y += y_offset + (ulong)row * columns;
  const float2 scale = row_scale(x, columns, epsilon);
  floats sum = 0.0f, along = 0.0f;
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    const floats g = load_lanes(upstream + column, lanes, 0.0f);
    sum += g;
    along = fma(g, (load_lanes(x + column, lanes, 0.0f) - scale.x) * scale.y, along);
  }
  const float shift = sum_of_lanes(sum) / (float)columns;
  const float slope = sum_of_lanes(along) / (float)columns;
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    const floats z = (load_lanes(x + column, lanes, 0.0f) - scale.x) * scale.y;
    const floats g = load_lanes(upstream + column, lanes, 0.0f);
    store_lanes((g - shift - z * slope) * scale.y, y + column, lanes);
  }
}

// x, y: count elements. y = 1 / sqrt(x + epsilon).
kernel void inverse_root(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint count,
    float epsilon) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const floats value = load_lanes(x + x_offset + start, lanes, 1.0f);
  store_lanes(1.0f / sqrt(value + epsilon), y + y_offset + start, lanes);
}

// v, x, y: count elements. y = momentum v + (1 - momentum) x, and may be v.
kernel void average(
    global const float *v, ulong v_offset, global const float *x, ulong x_offset,
    global float *y, ulong y_offset, uint count, float momentum) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const floats kept = momentum * load_lanes(v + v_offset + start, lanes, 0.0f);
  const floats taken = (1.0f - momentum) * load_lanes(x + x_offset + start, lanes, 0.0f);
  store_lanes(kept + taken, y + y_offset + start, lanes);
}
