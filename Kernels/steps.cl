// What the kernels on the steps of rows share.
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
