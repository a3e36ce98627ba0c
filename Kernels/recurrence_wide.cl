// Recurrent layers for GPUs: a work-group of 256 items walks a row, whose state is in local memory.
//
//   forward   items have columns of all gates:   sums = bias + h U      neighbours read neighbours
//             items have units:                  gates, h', the tape
//   back      items have units:                  gradients of the gates
//             four items have a unit:            dh += gates U', every fourth quad of columns each
//
// The formulas and the tape are those of recurrence.cl, and so is the order of the forward sums.
// LANES is 4.

#define RECURRENT_ITEMS 256
// The greatest units, by local memory.
#define RECURRENT_UNITS 1024
#define RECURRENT_PARTS 4

#define RECURRENT_KERNEL kernel __attribute__((reqd_work_group_size(RECURRENT_ITEMS, 1, 1))) void

float sigmoid_of(float x) { return sigmoid((floats)(x)).s0; }

float hyperbolic_tangent_of(float x) { return hyperbolic_tangent((floats)(x)).s0; }

// sums = bias + state U over all columns; at a row's first step, whose state is 0, the bias alone.
void sum_gates(
    local const float *state, uint is_first, global const float *weight,
    global const float *bias, uint units, uint columns, local float *sums) {
  for (uint column = get_local_id(0); column < columns; column += RECURRENT_ITEMS) {
    float sum = bias[column];
    for (uint k = 0; k < units && !is_first; ++k) {
      sum = fma(state[k], weight[(ulong)k * columns + column], sum);
    }
    sums[column] = sum;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}

// As gru.
RECURRENT_KERNEL gru_wide(
    global const float *projections, ulong projections_offset, global const float *weight,
    ulong weight_offset, global const float *bias, ulong bias_offset,
    global const float *lengths, ulong lengths_offset, global float *tape, ulong tape_offset,
    uint steps, uint units, uint has_lengths) {
  local float state[RECURRENT_UNITS], sums[3 * RECURRENT_UNITS];
  const uint row = get_group_id(0);
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const uint columns = 3 * units;
  global const float *x = projections + projections_offset + (ulong)row * steps * columns;
  global float *at = tape + tape_offset + (ulong)row * steps * 5 * units;
  for (uint t = 0; t < length; ++t, x += columns, at += 5 * units) {
    sum_gates(state, t == 0, weight + weight_offset, bias + bias_offset, units, columns, sums);
    for (uint unit = get_local_id(0); unit < units; unit += RECURRENT_ITEMS) {
      const float r = sigmoid_of(x[unit] + sums[unit]);
      const float z = sigmoid_of(x[units + unit] + sums[units + unit]);
      const float q = sums[2 * units + unit];
      const float n = hyperbolic_tangent_of(fma(r, q, x[2 * units + unit]));
      const float h = fma(z, (t == 0 ? 0.0f : state[unit]) - n, n);
      state[unit] = h;
      at[unit] = h;
      at[units + unit] = r;
      at[2 * units + unit] = z;
      at[3 * units + unit] = n;
      at[4 * units + unit] = q;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}

// As lstm.
RECURRENT_KERNEL lstm_wide(
    global const float *projections, ulong projections_offset, global const float *weight,
    ulong weight_offset, global const float *bias, ulong bias_offset,
    global const float *lengths, ulong lengths_offset, global float *tape, ulong tape_offset,
    uint steps, uint units, uint has_lengths) {
  local float state[RECURRENT_UNITS], memory[RECURRENT_UNITS], sums[4 * RECURRENT_UNITS];
  const uint row = get_group_id(0);
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const uint columns = 4 * units;
  global const float *x = projections + projections_offset + (ulong)row * steps * columns;
  global float *at = tape + tape_offset + (ulong)row * steps * 6 * units;
  for (uint t = 0; t < length; ++t, x += columns, at += 6 * units) {
    sum_gates(state, t == 0, weight + weight_offset, bias + bias_offset, units, columns, sums);
    for (uint unit = get_local_id(0); unit < units; unit += RECURRENT_ITEMS) {
      const float i = sigmoid_of(x[unit] + sums[unit]);
      const float f = sigmoid_of(x[units + unit] + sums[units + unit]);
      const float g = hyperbolic_tangent_of(x[2 * units + unit] + sums[2 * units + unit]);
      const float o = sigmoid_of(x[3 * units + unit] + sums[3 * units + unit]);
      const float c = fma(f, t == 0 ? 0.0f : memory[unit], i * g);
      const float h = o * hyperbolic_tangent_of(c);
      state[unit] = h;
      memory[unit] = c;
      at[unit] = h;
      at[units + unit] = c;
      at[2 * units + unit] = i;
      at[3 * units + unit] = f;
      at[4 * units + unit] = g;
      at[5 * units + unit] = o;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}

// state += sums U', of `columns` sums with zeros up to a whole quad behind them.
void sum_back(
    local const float *sums, global const float *weight, uint units, uint columns,
    local float *partials, local float *state) {
  const uint item = get_local_id(0), part = item % RECURRENT_PARTS;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint first = 0; first < units; first += RECURRENT_ITEMS / RECURRENT_PARTS) {
    const uint unit = first + item / RECURRENT_PARTS;
    floats sum = 0.0f;
    if (unit < units) {
      global const float *u = weight + (ulong)unit * columns;
      for (uint i = part * LANES; i < columns; i += RECURRENT_PARTS * LANES) {
        sum = fma(vload4(0, sums + i), load_lanes(u + i, columns - i, 0.0f), sum);
      }
    }
    partials[item] = sum_of_lanes(sum);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (part == 0 && unit < units) {
      float total = state[unit];
      for (uint i = 0; i < RECURRENT_PARTS; ++i) total += partials[item + i];
      state[unit] = total;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}

// Zeros of a step that does not count.
void leave_out(global float *x, uint columns) {
  for (uint column = get_local_id(0); column < columns; column += RECURRENT_ITEMS) x[column] = 0.0f;
}

// As gru_gradient.
RECURRENT_KERNEL gru_gradient_wide(
    global const float *upstream, ulong upstream_offset, global const float *tape,
    ulong tape_offset, global const float *weight, ulong weight_offset,
    global const float *lengths, ulong lengths_offset, global float *y, ulong y_offset,
    uint steps, uint units, uint is_last, uint has_lengths) {
  local float state[RECURRENT_UNITS], sums[3 * RECURRENT_UNITS + LANES];
  local float partials[RECURRENT_ITEMS];
  const uint row = get_group_id(0), item = get_local_id(0);
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const uint columns = 3 * units;
  if (item < LANES) sums[columns + item] = 0.0f;
  for (uint unit = item; unit < units; unit += RECURRENT_ITEMS) state[unit] = 0.0f;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint t = steps; t-- > 0;) {
    const ulong place = (ulong)row * steps + t;
    global const float *at = tape + tape_offset + place * 5 * units;
    global float *x = y + y_offset + place * columns;
    if (t >= length) {
      leave_out(x, columns);
      continue;
    }
    const uint is_read = !is_last || t + 1 == length;
    global const float *given = upstream + upstream_offset + (is_last ? row : place) * units;
    for (uint unit = item; unit < units; unit += RECURRENT_ITEMS) {
      const float r = at[units + unit], z = at[2 * units + unit];
      const float n = at[3 * units + unit], q = at[4 * units + unit];
      const float h = t == 0 ? 0.0f : *(at - 5 * units + unit);
      const float dh = state[unit] + (is_read ? given[unit] : 0.0f);
      const float dn = dh * (1.0f - z) * fma(-n, n, 1.0f);
      const float dr = dn * q * (r * (1.0f - r)), dz = dh * (h - n) * (z * (1.0f - z));
      x[unit] = dr;
      x[units + unit] = dz;
      x[2 * units + unit] = dn;
      sums[unit] = dr;
      sums[units + unit] = dz;
      sums[2 * units + unit] = dn * r;
      state[unit] = dh * z;
    }
    sum_back(sums, weight + weight_offset, units, columns, partials, state);
  }
}

// As lstm_gradient.
RECURRENT_KERNEL lstm_gradient_wide(
    global const float *upstream, ulong upstream_offset, global const float *tape,
    ulong tape_offset, global const float *weight, ulong weight_offset,
    global const float *lengths, ulong lengths_offset, global float *y, ulong y_offset,
    uint steps, uint units, uint is_last, uint has_lengths) {
  local float state[RECURRENT_UNITS], memory[RECURRENT_UNITS];
  local float sums[4 * RECURRENT_UNITS], partials[RECURRENT_ITEMS];
  const uint row = get_group_id(0), item = get_local_id(0);
  const uint length = steps_of(lengths + lengths_offset, has_lengths, row, steps);
  const uint columns = 4 * units;
  for (uint unit = item; unit < units; unit += RECURRENT_ITEMS) state[unit] = memory[unit] = 0.0f;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint t = steps; t-- > 0;) {
    const ulong place = (ulong)row * steps + t;
    global const float *at = tape + tape_offset + place * 6 * units;
    global float *x = y + y_offset + place * columns;
    if (t >= length) {
      leave_out(x, columns);
      continue;
    }
    const uint is_read = !is_last || t + 1 == length;
    global const float *given = upstream + upstream_offset + (is_last ? row : place) * units;
    for (uint unit = item; unit < units; unit += RECURRENT_ITEMS) {
      const float tangent = hyperbolic_tangent_of(at[units + unit]);
      const float i = at[2 * units + unit], f = at[3 * units + unit];
      const float g = at[4 * units + unit], o = at[5 * units + unit];
      const float c = t == 0 ? 0.0f : *(at - 5 * units + unit);
      const float dh = state[unit] + (is_read ? given[unit] : 0.0f);
      const float dc = fma(dh * o, fma(-tangent, tangent, 1.0f), memory[unit]);
      const float gates[4] = {
          dc * g * (i * (1.0f - i)), dc * c * (f * (1.0f - f)), dc * i * fma(-g, g, 1.0f),
          dh * tangent * (o * (1.0f - o)),
      };
      for (uint gate = 0; gate < 4; ++gate) {
        x[gate * units + unit] = gates[gate];
        sums[gate * units + unit] = gates[gate];
      }
      memory[unit] = dc * f;
      state[unit] = 0.0f;
    }
    sum_back(sums, weight + weight_offset, units, columns, partials, state);
  }
}
