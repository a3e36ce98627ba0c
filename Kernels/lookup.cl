// Rows of a table chosen by identifiers, and the gradient of the table.
//
//   lookup     y[b] = sum or mean of table[id] over the identifiers of bag b
//
// The gradient sorts the places of all identifiers by the rows that they chose, places of one row
// staying in ascending order, and sums for each row what its places received.
//
//   places   | 5 | 0 | 3 | 1 | ...     lookup_places: a work-item sorts PLACES of them
//            | 0   3   5 | 1 ... |     lookup_merge: runs in pairs, until one is left
//
// A merging work-item finds the new place of one element: its place in its own run, and by a binary
// search how many of the other run come before it. Elements are pairs of words: row, place.

// The row of an identifier that is negative, beyond the table or no number.
#define NO_ROW 0xffffffffu
// The places that a work-item sorts.
#define PLACES 16

uint row_of(float identifier, uint vocabulary) {
  return identifier >= 0.0f && identifier < (float)vocabulary ? (uint)identifier : NO_ROW;
}

// The identifiers of a bag that choose a row.
uint chosen(global const float *identifiers, uint bag, uint vocabulary) {
  uint count = 0;
  for (uint j = 0; j < bag; ++j) count += row_of(identifiers[j], vocabulary) != NO_ROW;
  return count;
}

// identifiers: bags x bag. table: vocabulary x width. y: bags x width. An item: LANES columns of y.
kernel void lookup(
    global const float *identifiers, ulong identifiers_offset, global const float *table,
    ulong table_offset, global float *y, ulong y_offset, uint bags, uint bag, uint vocabulary,
    uint width, uint mean) {
  const uint2 item = divide(get_global_id(0), (width + LANES - 1) / LANES);
  if (item.x >= bags) return;
  const uint column = item.y * LANES, lanes = width - column;
  identifiers += identifiers_offset + (ulong)item.x * bag;
  table += table_offset + column;
  floats sum = 0.0f;
  for (uint j = 0; j < bag; ++j) {
    const uint row = row_of(identifiers[j], vocabulary);
    if (row != NO_ROW) sum += load_lanes(table + (ulong)row * width, lanes, 0.0f);
  }
  const uint count = mean ? chosen(identifiers, bag, vocabulary) : 1;
  if (count > 0) sum /= (float)count;
  store_lanes(sum, y + y_offset + (ulong)item.x * width + column, lanes);
}

// y: count elements.
kernel void lookup_clear(global float *y, ulong y_offset, uint count) {
  const uint start = get_global_id(0) * LANES;
  if (start < count) store_lanes((floats)(0.0f), y + y_offset + start, count - start);
}

// identifiers: count. sorted: count pairs, in runs of PLACES.
kernel void lookup_places(
    global const float *identifiers, ulong identifiers_offset, global uint *sorted,
    ulong sorted_offset, uint count, uint vocabulary) {
  const uint first = get_global_id(0) * PLACES;
  if (first >= count) return;
  const uint places = min(count - first, (uint)PLACES);
  identifiers += identifiers_offset + first;
  sorted += sorted_offset + 2 * (ulong)first;
  uint2 pairs[PLACES];
  for (uint i = 0; i < places; ++i) {
    const uint2 moved = (uint2)(row_of(identifiers[i], vocabulary), first + i);
    uint j = i;
    for (; j > 0 && pairs[j - 1].x > moved.x; --j) pairs[j] = pairs[j - 1];
    pairs[j] = moved;
  }
  for (uint i = 0; i < places; ++i) vstore2(pairs[i], i, sorted);
}

// x: count pairs, in runs of `run`. y: the same in runs twice as long.
kernel void lookup_merge(
    global const uint *x, ulong x_offset, global uint *y, ulong y_offset, uint count, uint run) {
  const uint i = get_global_id(0);
  if (i >= count) return;
  x += x_offset;
  const uint start = i - i % (2 * run);
  const uint middle = min(start + run, count), end = min(start + 2 * run, count);
  const bool isFirst = i < middle;
  const uint2 moved = vload2(i, x);
  uint low = isFirst ? middle : start;
  uint high = isFirst ? end : middle;
  const uint other = low;
  // Of equal rows those of the first run come first.
  while (low < high) {
    const uint centre = low + (high - low) / 2;
    const uint row = x[2 * (ulong)centre];
    if (row < moved.x || (row == moved.x && !isFirst)) {
      low = centre + 1;
    } else {
      high = centre;
    }
  }
  const uint own = i - (isFirst ? start : middle);
  vstore2(moved, start + own + (low - other), y + y_offset);
}

// What a row received at its places from element i on, LANES columns of it. upstream: bags x width,
// from its column on.
floats received(
    global const uint *sorted, uint i, uint count, global const float *upstream,
    global const float *identifiers, uint bag, uint vocabulary, uint width, uint lanes,
    uint mean) {
  const uint row = sorted[2 * (ulong)i];
  floats sum = 0.0f;
  for (; i < count && sorted[2 * (ulong)i] == row; ++i) {
    const uint from = sorted[2 * (ulong)i + 1] / bag;
    const floats x = load_lanes(upstream + (ulong)from * width, lanes, 0.0f);
    sum += mean ? x / (float)chosen(identifiers + (ulong)from * bag, bag, vocabulary) : x;
  }
  return sum;
}

// sorted: count pairs. upstream: bags x width. identifiers: bags x bag. y: vocabulary x width.
// An item: LANES columns of the row that begins at its element, if one does.
kernel void lookup_gradient(
    global const uint *sorted, ulong sorted_offset, global const float *upstream,
    ulong upstream_offset, global const float *identifiers, ulong identifiers_offset,
    global float *y, ulong y_offset, uint count, uint bag, uint vocabulary, uint width,
    uint mean) {
  const uint2 item = divide(get_global_id(0), (width + LANES - 1) / LANES);
  const uint i = item.x;
  if (i >= count) return;
  sorted += sorted_offset;
  const uint row = sorted[2 * (ulong)i];
  if (row == NO_ROW || (i > 0 && sorted[2 * (ulong)i - 2] == row)) return;
  const uint column = item.y * LANES, lanes = width - column;
  const floats sum = received(
      sorted, i, count, upstream + upstream_offset + column, identifiers + identifiers_offset,
      bag, vocabulary, width, lanes, mean);
  store_lanes(sum, y + y_offset + (ulong)row * width + column, lanes);
}
