// c = a op b, where b is of a's shape, one number, or a vector that is repeated for each row.
//
//   binary_elements   c[i] = a[i] op b[i]              binary_scalar   c[i] = a[i] op b[0]
//
//     | item 0 | item 1 | item 2 .. |    LANES elements each, `count` in all
//
//   binary_row        c[i,j] = a[i,j] op b[j]
//
//     | item 0 ------------> |           a row each, LANES columns at a time
//     | item 1 ------------> |
//
// c may be a.

// The operations' numbers.
#define BINARY_ADD 0
#define BINARY_SUBTRACT 1
#define BINARY_MULTIPLY 2
#define BINARY_DIVIDE 3

floats combine(uint operation, floats a, floats b) {
  switch (operation) {
    case BINARY_ADD: return a + b;
    case BINARY_SUBTRACT: return a - b;
    case BINARY_MULTIPLY: return a * b;
    default: return a / b;
  }
}

// a, b, c: count elements.
kernel void binary_elements(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, uint count, uint operation) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const floats x = load_lanes(a + a_offset + start, lanes, 0.0f);
  const floats y = load_lanes(b + b_offset + start, lanes, 1.0f);
  store_lanes(combine(operation, x, y), c + c_offset + start, lanes);
}

// a, c: count elements. b: one.
kernel void binary_scalar(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, uint count, uint operation) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const floats x = load_lanes(a + a_offset + start, lanes, 0.0f);
  store_lanes(combine(operation, x, (floats)(b[b_offset])), c + c_offset + start, lanes);
}

// a, c: rows x columns. b: columns.
kernel void binary_row(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, uint rows, uint columns, uint operation) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  const ulong start = (ulong)row * columns;
  a += a_offset + start;
  b += b_offset;
  c += c_offset + start;
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    const floats x = load_lanes(a + column, lanes, 0.0f);
    const floats y = load_lanes(b + column, lanes, 1.0f);
    store_lanes(combine(operation, x, y), c + column, lanes);
  }
}
