// One optimizer step in place on the rows of a table that were looked up, by a rule of rule.cl.
//
// Algorithm: places are sorted by row as in lookup.cl. A work-item takes LANES columns of the row
// that begins at its element, if one does: it sums what the row's places received, and moves the
// row and its slots. Rows that no identifier chose are neither read nor written.

// sorted: count pairs. upstream: bags x width. identifiers: bags x bag. table, slots: vocabulary x
// width. schedule: 3. a, b, c: the rule's own numbers.
kernel void lookup_update(
    global const uint *sorted, ulong sorted_offset, global const float *upstream,
    ulong upstream_offset, global const float *identifiers, ulong identifiers_offset,
    global const float *schedule, ulong schedule_offset, global float *table, ulong table_offset,
    global float *first, ulong first_offset, global float *second, ulong second_offset, uint count,
    uint bag, uint vocabulary, uint width, uint mean, uint rule, float a, float b, float c,
    float l1, float l2, float decay) {
  const uint2 item = divide(get_global_id(0), (width + LANES - 1) / LANES);
  const uint i = item.x;
  if (i >= count) return;
  sorted += sorted_offset;
  const uint row = sorted[2 * (ulong)i];
  if (row == NO_ROW || (i > 0 && sorted[2 * (ulong)i - 2] == row)) return;
  const uint column = item.y * LANES, lanes = width - column;
  const floats g = received(
      sorted, i, count, upstream + upstream_offset + column, identifiers + identifiers_offset,
      bag, vocabulary, width, lanes, mean);
  schedule += schedule_offset;
  const update_rule r = {
      rule, {a, b, c}, l1, l2, decay, schedule[0], schedule[1], schedule[2],
  };
  const ulong start = (ulong)row * width + column;
  table += table_offset + start;
  first += first_offset + start;
  second += second_offset + start;
  const uint kept = rule_slots(rule);
  floats slots[2] = {0.0f, 0.0f};
  if (kept > 0) slots[0] = load_lanes(first, lanes, 0.0f);
  if (kept > 1) slots[1] = load_lanes(second, lanes, 0.0f);
  const floats w = load_lanes(table, lanes, 0.0f);
  store_lanes(apply_rule(&r, g, w, slots), table, lanes);
  if (kept > 0) store_lanes(slots[0], first, lanes);
  if (kept > 1) store_lanes(slots[1], second, lanes);
}
