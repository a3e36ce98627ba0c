// y[i,j] = exp(x[i,j] - max) / (sum of exp(x[i,l] - max) over l), max being the row's greatest.
//
// Algorithm: a work-item takes a row in three passes: the maximum, the exponentials and their sum,
// the quotients. Each of LANES lanes sums its own columns, and the lanes are then added in
// ascending order, so a row's bits do not depend on its neighbours.
//
//   row    | 0 ... 15 | 16 ... 31 | 32 33 34 |      lanes without a column hold -inf, whose
//          |   lanes      lanes      lanes   |      exponential adds 0
//
// y may be x.

// x, y: rows x columns.
kernel void softmax(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint rows,
    uint columns) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  x += x_offset + (ulong)row * columns;
  y += y_offset + (ulong)row * columns;
  floats greatest = -INFINITY;
  for (uint column = 0; column < columns; column += LANES) {
    greatest = fmax(greatest, load_lanes(x + column, columns - column, -INFINITY));
  }
  const float maximum = greatest_lane(greatest);
  floats sums = 0.0f;
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    const floats power = exp(load_lanes(x + column, lanes, -INFINITY) - maximum);
    sums += power;
    store_lanes(power, y + column, lanes);
  }
  const float sum = sum_of_lanes(sums);
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    store_lanes(load_lanes(y + column, lanes, 0.0f) / sum, y + column, lanes);
  }
}
