// The steps of rows that count, the states that a recurrence left, and the factors of its weights'
// gradient: kernels that only move numbers. `steps.cl` says what lengths are.

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
