// Recurrent layers: a work-item walks a row from its first step to its last, and back.
//
// These are for CPUs, and for states that have no room in a GPU's local memory; the others are in
// recurrence_wide.cl.
//
//   projections   a step   | gate 0 | gate 1 | .. |      each `units` wide
//   tape          gru      | h' | r | z | n | q_n |
//                 lstm     | h' | c' | i | f | g | o |
//
// Sums over the state are chains, ascending, that start from the bias, for LANES units at a time;
// on the way back they are dot products over LANES chains.

// bias + h U for LANES units of one gate.
floats recurrent_sum(
    global const float *state, uint is_first, global const float *weight,
    global const float *bias, uint units, uint columns, uint lanes) {
  floats sum = load_lanes(bias, lanes, 0.0f);
  if (is_first) return sum;
  for (uint k = 0; k < units; ++k) {
    sum = fma((floats)(state[k]), load_lanes(weight + (ulong)k * columns, lanes, 0.0f), sum);
  }
  return sum;
}

// projections: rows x steps x 3 units. weight: units x 3 units. bias: 3 units. tape: rows x steps x
// 5 units.
kernel void gru(
    global const float *projections, ulong projections_offset, global const float *weight,
    ulong weight_offset, global const float *bias, ulong bias_offset,
    global const float *lengths, ulong lengths_offset, global float *tape, ulong tape_offset,
    uint rows, uint steps, uint units, uint has_lengths) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const uint columns = 3 * units;
  global const float *x = projections + projections_offset + (ulong)row * steps * columns;
  global float *at = tape + tape_offset + (ulong)row * steps * 5 * units;
  weight += weight_offset;
  bias += bias_offset;
  for (uint t = 0; t < length; ++t, x += columns, at += 5 * units) {
    const uint is_first = t == 0;
    global const float *before = is_first ? at : at - 5 * units;
    for (uint unit = 0; unit < units; unit += LANES) {
      const uint lanes = units - unit;
      floats gate[3];
      for (uint g = 0; g < 3; ++g) {
        const uint i = g * units + unit;
        gate[g] = recurrent_sum(before, is_first, weight + i, bias + i, units, columns, lanes);
      }
      const floats r = sigmoid(load_lanes(x + unit, lanes, 0.0f) + gate[0]);
      const floats z = sigmoid(load_lanes(x + units + unit, lanes, 0.0f) + gate[1]);
      const floats candidate = fma(r, gate[2], load_lanes(x + 2 * units + unit, lanes, 0.0f));
      const floats n = hyperbolic_tangent(candidate);
      const floats h = is_first ? (floats)(0.0f) : load_lanes(before + unit, lanes, 0.0f);
      store_lanes(fma(z, h - n, n), at + unit, lanes);
      store_lanes(r, at + units + unit, lanes);
      store_lanes(z, at + 2 * units + unit, lanes);
      store_lanes(n, at + 3 * units + unit, lanes);
      store_lanes(gate[2], at + 4 * units + unit, lanes);
    }
  }
}

// projections: rows x steps x 4 units. weight: units x 4 units. bias: 4 units. tape: rows x steps x
// 6 units.
kernel void lstm(
    global const float *projections, ulong projections_offset, global const float *weight,
    ulong weight_offset, global const float *bias, ulong bias_offset,
    global const float *lengths, ulong lengths_offset, global float *tape, ulong tape_offset,
    uint rows, uint steps, uint units, uint has_lengths) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const uint columns = 4 * units;
  global const float *x = projections + projections_offset + (ulong)row * steps * columns;
  global float *at = tape + tape_offset + (ulong)row * steps * 6 * units;
  weight += weight_offset;
  bias += bias_offset;
  for (uint t = 0; t < length; ++t, x += columns, at += 6 * units) {
    const uint is_first = t == 0;
    global const float *before = is_first ? at : at - 6 * units;
    for (uint unit = 0; unit < units; unit += LANES) {
      const uint lanes = units - unit;
      floats gate[4];
      for (uint g = 0; g < 4; ++g) {
        const uint i = g * units + unit;
        const floats sum =
            recurrent_sum(before, is_first, weight + i, bias + i, units, columns, lanes);
        const floats value = load_lanes(x + i, lanes, 0.0f) + sum;
        gate[g] = g == 2 ? hyperbolic_tangent(value) : sigmoid(value);
        store_lanes(gate[g], at + 2 * units + i, lanes);
      }
      const floats cell =
          is_first ? (floats)(0.0f) : load_lanes(before + units + unit, lanes, 0.0f);
      const floats c = fma(gate[1], cell, gate[0] * gate[2]);
      store_lanes(gate[3] * hyperbolic_tangent(c), at + unit, lanes);
      store_lanes(c, at + units + unit, lanes);
    }
  }
}

// upstream: rows x units where only the last states were read, else rows x steps x units. tape:
// rows x steps x 5 units. weight: units x 3 units. y: rows x steps x 3 units. state: rows x units,
// the gradient of h.
kernel void gru_gradient(
    global const float *upstream, ulong upstream_offset, global const float *tape,
    ulong tape_offset, global const float *weight, ulong weight_offset,
    global const float *lengths, ulong lengths_offset, global float *y, ulong y_offset,
    global float *state, ulong state_offset, uint rows, uint steps, uint units, uint is_last,
    uint has_lengths) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const uint columns = 3 * units;
  upstream += upstream_offset;
  weight += weight_offset;
  state += state_offset + (ulong)row * units;
  fill_elements(state, units, 0.0f);
  for (uint t = steps; t-- > 0;) {
    const ulong place = (ulong)row * steps + t;
    global const float *at = tape + tape_offset + place * 5 * units;
    global float *x = y + y_offset + place * columns;
    if (t >= length) {
      fill_elements(x, columns, 0.0f);
      continue;
    }
    if (!is_last || t + 1 == length) {
      add_multiple(upstream + (is_last ? row : place) * units, 1.0f, state, units);
    }
    for (uint unit = 0; unit < units; unit += LANES) {
      const uint lanes = units - unit;
      const floats r = load_lanes(at + units + unit, lanes, 0.0f);
      const floats z = load_lanes(at + 2 * units + unit, lanes, 0.0f);
      const floats n = load_lanes(at + 3 * units + unit, lanes, 0.0f);
      const floats q = load_lanes(at + 4 * units + unit, lanes, 0.0f);
      const floats h =
          t == 0 ? (floats)(0.0f) : load_lanes(at - 5 * units + unit, lanes, 0.0f);
      const floats dh = load_lanes(state + unit, lanes, 0.0f);
      const floats dn = dh * (1.0f - z) * fma(-n, n, (floats)(1.0f));
      store_lanes(dn * q * (r * (1.0f - r)), x + unit, lanes);
      store_lanes(dh * (h - n) * (z * (1.0f - z)), x + units + unit, lanes);
      store_lanes(dn, x + 2 * units + unit, lanes);
      store_lanes(dh * z, state + unit, lanes);
    }
    if (t == 0) continue;
    for (uint k = 0; k < units; ++k) {
      global const float *u = weight + (ulong)k * columns;
      floats sums = 0.0f;
      for (uint unit = 0; unit < units; unit += LANES) {
        const uint lanes = units - unit;
        const floats r = load_lanes(at + units + unit, lanes, 0.0f);
        const floats dq = load_lanes(x + 2 * units + unit, lanes, 0.0f) * r;
        sums = fma(dq, load_lanes(u + 2 * units + unit, lanes, 0.0f), sums);
      }
      state[k] += dot_product(x, u, 2 * units) + sum_of_lanes(sums);
    }
  }
}

// As for a GRU, with a tape of rows x steps x 6 units and four gates. state: rows x 2 units, the
// gradients of h and of c.
kernel void lstm_gradient(
    global const float *upstream, ulong upstream_offset, global const float *tape,
    ulong tape_offset, global const float *weight, ulong weight_offset,
    global const float *lengths, ulong lengths_offset, global float *y, ulong y_offset,
    global float *state, ulong state_offset, uint rows, uint steps, uint units, uint is_last,
    uint has_lengths) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const uint columns = 4 * units;
  upstream += upstream_offset;
  weight += weight_offset;
  state += state_offset + (ulong)row * 2 * units;
  fill_elements(state, 2 * units, 0.0f);
  for (uint t = steps; t-- > 0;) {
    const ulong place = (ulong)row * steps + t;
    global const float *at = tape + tape_offset + place * 6 * units;
    global float *x = y + y_offset + place * columns;
    if (t >= length) {
      fill_elements(x, columns, 0.0f);
      continue;
    }
    if (!is_last || t + 1 == length) {
      add_multiple(upstream + (is_last ? row : place) * units, 1.0f, state, units);
    }
    for (uint unit = 0; unit < units; unit += LANES) {
      const uint lanes = units - unit;
      const floats tangent = hyperbolic_tangent(load_lanes(at + units + unit, lanes, 0.0f));
      const floats i = load_lanes(at + 2 * units + unit, lanes, 0.0f);
      const floats f = load_lanes(at + 3 * units + unit, lanes, 0.0f);
      const floats g = load_lanes(at + 4 * units + unit, lanes, 0.0f);
      const floats o = load_lanes(at + 5 * units + unit, lanes, 0.0f);
      const floats c =
          t == 0 ? (floats)(0.0f) : load_lanes(at - 5 * units + unit, lanes, 0.0f);
      const floats dh = load_lanes(state + unit, lanes, 0.0f);
      const floats slope = fma(-tangent, tangent, (floats)(1.0f));
      const floats dc = fma(dh * o, slope, load_lanes(state + units + unit, lanes, 0.0f));
      store_lanes(dc * g * (i * (1.0f - i)), x + unit, lanes);
      store_lanes(dc * c * (f * (1.0f - f)), x + units + unit, lanes);
      store_lanes(dc * i * fma(-g, g, (floats)(1.0f)), x + 2 * units + unit, lanes);
      store_lanes(dh * tangent * (o * (1.0f - o)), x + 3 * units + unit, lanes);
      store_lanes(dc * f, state + units + unit, lanes);
    }
    if (t == 0) continue;
    for (uint k = 0; k < units; ++k) {
      state[k] = dot_product(x, weight + (ulong)k * columns, columns);
    }
  }
}
