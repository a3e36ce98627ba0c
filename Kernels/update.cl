// One optimizer step in place, for all parameters that follow one rule: parameter w, gradient g,
// and the slots that the rule keeps.
//
//   sgd        w -= lr g
//   momentum   v = mu v - lr g;  w += v, or Nesterov's w += mu v - lr g
//   rmsprop    s = rho s + (1-rho) g^2;  w -= lr g / (sqrt(s) + epsilon)
//   adam       m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2
//              w -= lr (m c1) / (sqrt(v c2) + epsilon)
//
// The schedule is [lr, c1, c2]. Algorithm: a work-item updates LANES elements of one parameter,
// which it finds in a table of 6 words for each parameter, in ascending order of items:
//
//   first item beyond | elements | parameter | gradient | slot | slot      offsets in their buffers
//
//   w, g, slots   | item 0 | item 1 |    one parameter
//                 | item 2 | item 3 | item 4 |    the next

#define UPDATE_TABLE_WORDS 6

// The elements that an item updates.
typedef struct {
  // How many there are; none where the item is beyond the last parameter.
  uint lanes;
  // Where they start.
  ulong parameter;
  ulong gradient;
  ulong slots[2];
} update_share;

// What falls to this item.
update_share own_share(global const uint *table, uint parameters) {
  const uint item = get_global_id(0);
  update_share share;
  share.lanes = 0;
  uint begin = 0;
  for (uint i = 0; i < parameters; ++i, table += UPDATE_TABLE_WORDS) {
    if (item < table[0]) {
      const uint start = (item - begin) * LANES;
      share.lanes = table[1] - start;
      share.parameter = (ulong)table[2] + start;
      share.gradient = (ulong)table[3] + start;
      share.slots[0] = (ulong)table[4] + start;
      share.slots[1] = (ulong)table[5] + start;
      break;
    }
    begin = table[0];
  }
  return share;
}

// The table's parameters. schedule: 3.
kernel void update_sgd(
    global float *variables, ulong variables_offset, global const float *gradients,
    ulong gradients_offset, global const float *schedule, ulong schedule_offset,
    global const uint *table, ulong table_offset, uint parameters) {
  const update_share share = own_share(table + table_offset, parameters);
  if (share.lanes == 0) return;
  const float rate = schedule[schedule_offset];
  global float *parameter = variables + variables_offset + share.parameter;
  const floats g = load_lanes(gradients + gradients_offset + share.gradient, share.lanes, 0.0f);
  const floats w = load_lanes(parameter, share.lanes, 0.0f);
  store_lanes(fma((floats)(-rate), g, w), parameter, share.lanes);
}

// The table's parameters; slot: velocity. schedule: 3.
kernel void update_momentum(
    global float *variables, ulong variables_offset, global const float *gradients,
    ulong gradients_offset, global const float *schedule, ulong schedule_offset,
    global const uint *table, ulong table_offset, uint parameters, float momentum,
    uint nesterov) {
  const update_share share = own_share(table + table_offset, parameters);
  if (share.lanes == 0) return;
  const float rate = schedule[schedule_offset];
  variables += variables_offset;
  global float *parameter = variables + share.parameter;
  global float *velocity = variables + share.slots[0];
  const floats g = load_lanes(gradients + gradients_offset + share.gradient, share.lanes, 0.0f);
  const floats step = -rate * g;
  const floats v = fma((floats)(momentum), load_lanes(velocity, share.lanes, 0.0f), step);
  const floats w = load_lanes(parameter, share.lanes, 0.0f);
  store_lanes(v, velocity, share.lanes);
  store_lanes(w + (nesterov ? fma((floats)(momentum), v, step) : v), parameter, share.lanes);
}

// The table's parameters; slot: the average of squares. schedule: 3.
kernel void update_rmsprop(
    global float *variables, ulong variables_offset, global const float *gradients,
    ulong gradients_offset, global const float *schedule, ulong schedule_offset,
    global const uint *table, ulong table_offset, uint parameters, float rho, float epsilon) {
  const update_share share = own_share(table + table_offset, parameters);
  if (share.lanes == 0) return;
  const float rate = schedule[schedule_offset];
  variables += variables_offset;
  global float *parameter = variables + share.parameter;
  global float *average = variables + share.slots[0];
  const floats g = load_lanes(gradients + gradients_offset + share.gradient, share.lanes, 0.0f);
  const floats s = rho * load_lanes(average, share.lanes, 0.0f) + (1.0f - rho) * (g * g);
  const floats w = load_lanes(parameter, share.lanes, 0.0f);
  store_lanes(s, average, share.lanes);
  store_lanes(w - rate * g / (sqrt(s) + epsilon), parameter, share.lanes);
}

// The table's parameters; slots: first and second moment. schedule: 3.
kernel void update_adam(
    global float *variables, ulong variables_offset, global const float *gradients,
    ulong gradients_offset, global const float *schedule, ulong schedule_offset,
    global const uint *table, ulong table_offset, uint parameters, float beta1, float beta2,
    float epsilon) {
  const update_share share = own_share(table + table_offset, parameters);
  if (share.lanes == 0) return;
  schedule += schedule_offset;
  variables += variables_offset;
  global float *parameter = variables + share.parameter;
  global float *first = variables + share.slots[0];
  global float *second = variables + share.slots[1];
  const floats g = load_lanes(gradients + gradients_offset + share.gradient, share.lanes, 0.0f);
  const floats m = beta1 * load_lanes(first, share.lanes, 0.0f) + (1.0f - beta1) * g;
  const floats v = beta2 * load_lanes(second, share.lanes, 0.0f) + (1.0f - beta2) * (g * g);
  const floats w = load_lanes(parameter, share.lanes, 0.0f);
  const floats step = schedule[0] * (m * schedule[1]) / (sqrt(v * schedule[2]) + epsilon);
  store_lanes(m, first, share.lanes);
  store_lanes(v, second, share.lanes);
  store_lanes(w - step, parameter, share.lanes);
}
