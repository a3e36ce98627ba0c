// The rows of a batch, taken from a table that stays on the device.
//
//   numbers   | 17 4 9 | 2 11 0 | 8 |     a batch is `count` of them, from `first` on
//
// A work-item copies LANES elements of a row.

// table: rows x width. numbers: those of rows. y: count x width.
kernel void gather(
    global const float *table, global const uint *numbers, uint first, global float *y,
    ulong y_offset, uint count, uint width) {
  const uint2 item = divide(get_global_id(0), (width + LANES - 1) / LANES);
  if (item.x >= count) return;
  const uint column = item.y * LANES, lanes = width - column;
  table += (ulong)numbers[first + item.x] * width + column;
  store_lanes(load_lanes(table, lanes, 0.0f), y + y_offset + (ulong)item.x * width + column, lanes);
}
