// y[i,j] = x[i row_stride + j column_stride] / divisor: the adjoint of a reduction.
//
//   strides 0, 1   a row, repeated for each row          | item 0 ------------> |
//   strides 1, 0   a column, repeated for each column    | item 1 ------------> |
//   strides 0, 0   a number, repeated everywhere         | item 2 ------------> |
//
// Algorithm: a work-item fills a row of y, LANES columns at a time.

// y: rows x columns.
kernel void broadcast(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint rows,
    uint columns, uint row_stride, uint column_stride, float divisor) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  x += x_offset + (ulong)row * row_stride;
  y += y_offset + (ulong)row * columns;
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    const floats value = column_stride ? load_lanes(x + column, lanes, 0.0f) : (floats)(x[0]);
    store_lanes(value / divisor, y + column, lanes);
  }
}
