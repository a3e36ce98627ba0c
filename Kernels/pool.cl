// The greatest or the mean of each channel over the steps of a row that count.
//
//   x  places x steps x channels     get_global_id(0): places     (1): blocks of LANES channels
//   y  places x channels
//
// Without lengths a row may have several places.

#define POOL_MAXIMUM 0

// The greatest of `length` steps, at least one; NaN stays.
floats greatest_step(global const float *x, uint length, uint channels, uint lanes) {
  floats greatest = load_lanes(x, lanes, 0.0f);
  for (uint t = 1; t < length; ++t) {
    const floats next = load_lanes(x + (ulong)t * channels, lanes, 0.0f);
    greatest = select(greatest, next, isgreater(next, greatest) | isnan(next));
  }
  return greatest;
}

kernel void pool_steps(
    global const float *x, ulong x_offset, global const float *lengths, ulong lengths_offset,
    global float *y, ulong y_offset, uint places, uint steps, uint channels, uint kind,
    uint has_lengths) {
  const uint place = get_global_id(0);
  const uint channel = get_global_id(1) * LANES;
  if (place >= places || channel >= channels) return;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, place, steps);
  const uint lanes = channels - channel;
  x += x_offset + (ulong)place * steps * channels + channel;
  floats kept = 0.0f;
  if (length > 0 && kind == POOL_MAXIMUM) {
    kept = greatest_step(x, length, channels, lanes);
  } else if (length > 0) {
    for (uint t = 0; t < length; ++t) {
      kept += load_lanes(x + (ulong)t * channels, lanes, 0.0f);
    }
    kept /= (float)length;
  }
  store_lanes(kept, y + y_offset + (ulong)place * channels + channel, lanes);
}

// upstream: places x channels. x, y: places x steps x channels.
kernel void pool_steps_gradient(
    global const float *upstream, ulong upstream_offset, global const float *x, ulong x_offset,
    global const float *lengths, ulong lengths_offset, global float *y, ulong y_offset,
    uint places, uint steps, uint channels, uint kind, uint has_lengths) {
  const uint place = get_global_id(0);
  const uint channel = get_global_id(1) * LANES;
  if (place >= places || channel >= channels) return;
  const uint length = steps_of(lengths + lengths_offset, has_lengths, place, steps);
  const uint lanes = channels - channel;
  const ulong start = (ulong)place * steps * channels + channel;
  x += x_offset + start;
  y += y_offset + start;
  upstream += upstream_offset + (ulong)place * channels + channel;
  const floats gradient = load_lanes(upstream, lanes, 0.0f);
  const uint is_maximum = length > 0 && kind == POOL_MAXIMUM;
  floats greatest = 0.0f, open = 1.0f;
  if (is_maximum) greatest = greatest_step(x, length, channels, lanes);
  for (uint t = 0; t < steps; ++t) {
    floats value = 0.0f;
    if (t < length && is_maximum) {
      const floats next = load_lanes(x + (ulong)t * channels, lanes, 0.0f);
      // Only the first of equal steps.
      const floats here = select((floats)(0.0f), open, isequal(next, greatest));
      value = select((floats)(0.0f), gradient, isequal(here, (floats)(1.0f)));
      open -= here;
    } else if (t < length) {
      value = gradient / (float)length;
    }
    store_lanes(value, y + (ulong)t * channels, lanes);
  }
}
