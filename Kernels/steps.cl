// What the kernels on the steps of rows share, and those that only move numbers.
//
//   lengths   | 3 | 0 | 2 | .. |     the steps that count, a number for each row; without lengths
//                                    all steps count

// The steps of a row that count, whatever its length says.
uint steps_of(global const float *lengths, uint has_lengths, uint row, uint steps) {
  if (!has_lengths) return steps;
  const float length = lengths[row];
  if (!(length >= 1.0f)) return 0;
  return length < (float)steps ? (uint)length : steps;
}

// The sum of x[i] y[i] over count elements: LANES chains, then their lanes.
float dot_product(global const float *x, global const float *y, uint count) {
  floats sums = 0.0f;
  for (uint i = 0; i < count; i += LANES) {
    sums = fma(load_lanes(x + i, count - i, 0.0f), load_lanes(y + i, count - i, 0.0f), sums);
  }
  return sum_of_lanes(sums);
}

void fill_elements(global float *x, uint count, float value) {
  for (uint i = 0; i < count; i += LANES) store_lanes((floats)(value), x + i, count - i);
}

void copy_elements(global const float *x, global float *y, uint count) {
  for (uint i = 0; i < count; i += LANES) {
    store_lanes(load_lanes(x + i, count - i, 0.0f), y + i, count - i);
  }
}

// y += factor x.
void add_multiple(global const float *x, float factor, global float *y, uint count) {
  for (uint i = 0; i < count; i += LANES) {
    const floats sum = load_lanes(y + i, count - i, 0.0f);
    const floats term = load_lanes(x + i, count - i, 0.0f);
    store_lanes(fma((floats)(factor), term, sum), y + i, count - i);
  }
}

// identifiers: rows x columns. y: rows. An item counts those before the first negative one.
kernel void identifier_length(
    global const float *identifiers, ulong identifiers_offset, global float *y, ulong y_offset,
    uint rows, uint columns) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  identifiers += identifiers_offset + (ulong)row * columns;
  uint length = 0;
  while (length < columns && identifiers[length] >= 0.0f) ++length;
  y[y_offset + row] = (float)length;
}

// tape: rows x steps x (slots units). y: rows x units. An item copies the state after the row's
// last step.
kernel void last_states(
    global const float *tape, ulong tape_offset, global const float *lengths,
    ulong lengths_offset, global float *y, ulong y_offset, uint rows, uint steps, uint units,
    uint slots, uint has_lengths) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  y += y_offset + (ulong)row * units;
  if (length == 0) {
    fill_elements(y, units, 0.0f);
  } else {
    const ulong place = (ulong)row * steps + length - 1;
    copy_elements(tape + tape_offset + place * slots * units, y, units);
  }
}

// tape: rows x steps x (slots units). y: rows x steps x units. An item copies the state after a
// step, or the one `back` steps before.
kernel void all_states(
    global const float *tape, ulong tape_offset, global const float *lengths,
    ulong lengths_offset, global float *y, ulong y_offset, uint rows, uint steps, uint units,
    uint slots, uint back, uint has_lengths) {
  const uint place = get_global_id(0);
  if (place >= rows * steps) return;
  const uint2 at = divide(place, steps);
  const uint length = steps_of(lengths + lengths_offset, has_lengths, at.x, steps);
  y += y_offset + (ulong)place * units;
  if (at.y >= length || at.y < back) {
    fill_elements(y, units, 0.0f);
  } else {
    copy_elements(tape + tape_offset + (ulong)(place - back) * slots * units, y, units);
  }
}

// gradient, y: rows x steps x 3 units. tape: of a GRU. An item scales the candidate's part of a
// step by the reset gate, and copies the rest.
kernel void recurrent_gradient(
    global const float *gradient, ulong gradient_offset, global const float *tape,
    ulong tape_offset, global const float *lengths, ulong lengths_offset, global float *y,
    ulong y_offset, uint rows, uint steps, uint units, uint has_lengths) {
  const uint place = get_global_id(0);
  if (place >= rows * steps) return;
  const uint2 at = divide(place, steps);
  gradient += gradient_offset + (ulong)place * 3 * units;
  y += y_offset + (ulong)place * 3 * units;
  if (at.y >= steps_of(lengths + lengths_offset, has_lengths, at.x, steps)) {
    fill_elements(y, 3 * units, 0.0f);
    return;
  }
  copy_elements(gradient, y, 2 * units);
  global const float *reset = tape + tape_offset + ((ulong)place * 5 + 1) * units;
  for (uint unit = 0; unit < units; unit += LANES) {
    const uint lanes = units - unit, i = 2 * units + unit;
    const floats scale = load_lanes(reset + unit, lanes, 0.0f);
    store_lanes(load_lanes(gradient + i, lanes, 0.0f) * scale, y + i, lanes);
  }
}
