// Sums of columns for GPUs, in a fixed order.
//
// Algorithm: a work-group of 256 items takes a group of rows of some quads of columns. Each item
// sums every so-many-th row of its quad; then 16 items for a quad sum the items' sums, and one
// sums these.
//
//   x   quad 0 | quad 1 | ...          256 items: item % quads is the quad, item / quads the row
//   row 0  . .    . .
//   row 1  . .    . .       rows item / quads, and 256 / quads further on, and so on
//
// The sum of all elements is a column of rows x columns numbers. LANES is 4.

#define REDUCE_ITEMS 256
#define REDUCE_PARTIALS 16

// x: rows x columns. y: one row of columns for each group of `group` rows, divided by divisor.
// quads: a power of two, at most 16.
kernel __attribute__((reqd_work_group_size(REDUCE_ITEMS, 1, 1))) void reduce_rows_wide(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint rows,
    uint columns, uint group, float divisor, uint quads) {
  local float4 sums[REDUCE_ITEMS];
  local float4 partials[REDUCE_PARTIALS * REDUCE_PARTIALS];
  const uint item = get_local_id(0);
  const uint2 place = divide(item, quads);
  const uint quad = place.y;
  const uint step = REDUCE_ITEMS / quads;
  const uint column = (get_group_id(1) * quads + quad) * LANES;
  const ulong first = (ulong)get_group_id(0) * group;
  const uint count = min(rows - (uint)first, group);
  float4 sum = 0.0f;
  if (column < columns) {
    x += x_offset + first * columns + column;
    for (uint row = place.x; row < count; row += step) {
      sum += load_lanes(x + (ulong)row * columns, columns - column, 0.0f);
    }
  }
  sums[item] = sum;
  barrier(CLK_LOCAL_MEM_FENCE);
  const uint partial = place.x;
  if (partial < REDUCE_PARTIALS) {
    sum = 0.0f;
    for (uint i = partial; i < step; i += REDUCE_PARTIALS) sum += sums[i * quads + quad];
    partials[partial * quads + quad] = sum;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  if (partial == 0 && column < columns) {
    sum = 0.0f;
    for (uint i = 0; i < REDUCE_PARTIALS; ++i) sum += partials[i * quads + quad];
    store_lanes(sum / divisor, y + y_offset + (ulong)get_group_id(0) * columns + column,
                columns - column);
  }
}
