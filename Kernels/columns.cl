// Columns of a matrix copied to columns of another, with zeros beside them.
//
//   x   | . . a b c . |    ->    y   | . . 0 a b c 0 0 . |
//
// Algorithm: a work-item copies a row, LANES columns at a time.

// x: rows of `columns` numbers, x_stride apart. y: rows, y_stride apart.
kernel void copy_columns(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint rows,
    uint columns, uint x_stride, uint y_stride, uint before, uint after) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  x += x_offset + (ulong)row * x_stride;
  y += y_offset + (ulong)row * y_stride;
  for (uint column = 0; column < before; ++column) y[column] = 0.0f;
  y += before;
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    store_lanes(load_lanes(x + column, lanes, 0.0f), y + column, lanes);
  }
  for (uint column = columns; column < columns + after; ++column) y[column] = 0.0f;
}
