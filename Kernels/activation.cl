// y = f(x), and the gradient through it: dx = dy f'(saved).
//
// Algorithm: a work-item computes LANES elements, get_global_id(0) LANES and those after it.
//
//   x   | item 0 | item 1 | item 2 .. |      `count` elements, any shape
//   y   | item 0 | item 1 | item 2 .. |
//
// y may be x.

// x, y: count elements.
kernel void activation(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint count,
    uint activation) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const floats value = load_lanes(x + x_offset + start, lanes, 0.0f);
  store_lanes(activate(activation, value), y + y_offset + start, lanes);
}

// upstream, saved, y: count elements; saved is f(x), or x for GELU.
kernel void activation_gradient(
    global const float *upstream, ulong upstream_offset, global const float *saved,
    ulong saved_offset, global float *y, ulong y_offset, uint count, uint activation) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const floats gradient = load_lanes(upstream + upstream_offset + start, lanes, 0.0f);
  const floats value = load_lanes(saved + saved_offset + start, lanes, 0.0f);
  store_lanes(activate_gradient(activation, gradient, value), y + y_offset + start, lanes);
}
