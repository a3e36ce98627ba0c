// Sums and means in a fixed order, whatever the device and the number of its threads.
//
//   reduce_rows      y[g,j] = (sum of x[i,j] over the rows i of group g, ascending) / divisor
//   reduce_columns   y[i]   = (sum of x[i,j] over j, ascending) / divisor
//
// Algorithm: a long column is summed by two runs of reduce_rows. The first leaves one partial sum
// for each group of `group` rows, the second adds the partial sums.
//
//   x  row 0        \                        get_global_id(0): groups of rows
//      ...           > group 0 -> row 0 \                  (1): blocks of LANES columns
//      row 255      /                    \
//      row 256      \                     > y
//      ...           > group 1 -> row 1  /
//      row 511      /                   /
//
// The sum of all elements is a column of rows x columns numbers.

// x: rows x columns. y: one row of columns for each group.
kernel void reduce_rows(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint rows,
    uint columns, uint group, float divisor) {
  const ulong first = (ulong)get_global_id(0) * group;
  const uint column = get_global_id(1) * LANES;
  if (first >= rows || column >= columns) return;
  const uint count = min(rows - (uint)first, group);
  const uint lanes = columns - column;
  x += x_offset + first * columns + column;
  y += y_offset + get_global_id(0) * columns + column;
  if (columns == 1) {
    float sum = 0.0f;
    for (uint row = 0; row < count; ++row) sum += x[row];
    y[0] = sum / divisor;
  } else {
    floats sum = 0.0f;
    for (uint row = 0; row < count; ++row) {
      sum += load_lanes(x + (ulong)row * columns, lanes, 0.0f);
    }
    store_lanes(sum / divisor, y, lanes);
  }
}

// x: rows x columns. y: rows. A work-item sums a row.
kernel void reduce_columns(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint rows,
    uint columns, float divisor) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  x += x_offset + (ulong)row * columns;
  float sum = 0.0f;
  for (uint column = 0; column < columns; ++column) sum += x[column];
  y[y_offset + row] = sum / divisor;
}
