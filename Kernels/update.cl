// One optimizer step in place, for all parameters that follow one rule of rule.cl, and the factor
// that limits the gradients' norm.
//
// Algorithm: a work-item updates LANES elements of one parameter, which it finds in a table of 6
// words for each parameter, in ascending order of items:
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

// The table's parameters. schedule: 3. a, b, c: the rule's own numbers.
kernel void update(
    global float *variables, ulong variables_offset, global const float *gradients,
    ulong gradients_offset, global const float *schedule, ulong schedule_offset,
    global const uint *table, ulong table_offset, uint parameters, uint rule, float a, float b,
    float c, float l1, float l2, float decay) {
  const update_share share = own_share(table + table_offset, parameters);
  if (share.lanes == 0) return;
  schedule += schedule_offset;
  variables += variables_offset;
  const update_rule r = {
      rule, {a, b, c}, l1, l2, decay, schedule[0], schedule[1], schedule[2],
  };
  global float *parameter = variables + share.parameter;
  const uint kept = rule_slots(rule);
  floats slots[2] = {0.0f, 0.0f};
  for (uint s = 0; s < kept; ++s) {
    slots[s] = load_lanes(variables + share.slots[s], share.lanes, 0.0f);
  }
  const floats g = load_lanes(gradients + gradients_offset + share.gradient, share.lanes, 0.0f);
  const floats w = load_lanes(parameter, share.lanes, 0.0f);
  store_lanes(apply_rule(&r, g, w, slots), parameter, share.lanes);
  for (uint s = 0; s < kept; ++s) {
    store_lanes(slots[s], variables + share.slots[s], share.lanes);
  }
}

// s, y: scalars. y = limit / max(sqrt(s), limit), NaN where s is.
kernel void norm_limit(
    global const float *s, ulong s_offset, global float *y, ulong y_offset, float limit) {
  if (get_global_id(0) > 0) return;
  const float norm = sqrt(s[s_offset]);
  y[y_offset] = limit / (norm < limit ? limit : norm);
}
