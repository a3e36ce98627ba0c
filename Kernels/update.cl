// One optimizer step in place: parameter w, gradient g, and the slots that the rule keeps.
//
//   sgd        w -= lr g
//   momentum   v = mu v - lr g;  w += v, or Nesterov's w += mu v - lr g
//   rmsprop    s = rho s + (1-rho) g^2;  w -= lr g / (sqrt(s) + epsilon)
//   adam       m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2
//              w -= lr (m c1) / (sqrt(v c2) + epsilon)
//
// The schedule is [lr, c1, c2]. Algorithm: a work-item updates LANES elements.
//
//   w, g, slots   | item 0 | item 1 | item 2 .. |      `count` elements

// parameter, gradient: count elements. schedule: 3.
kernel void update_sgd(
    global float *parameter, ulong parameter_offset, global const float *gradient,
    ulong gradient_offset, global const float *schedule, ulong schedule_offset, uint count) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const float rate = schedule[schedule_offset];
  parameter += parameter_offset + start;
  const float16 g = load_lanes(gradient + gradient_offset + start, lanes, 0.0f);
  const float16 w = load_lanes(parameter, lanes, 0.0f);
  store_lanes(fma((float16)(-rate), g, w), parameter, lanes);
}

// parameter, gradient, velocity: count elements. schedule: 3.
kernel void update_momentum(
    global float *parameter, ulong parameter_offset, global const float *gradient,
    ulong gradient_offset, global const float *schedule, ulong schedule_offset,
    global float *velocity, ulong velocity_offset, uint count, float momentum, uint nesterov) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const float rate = schedule[schedule_offset];
  parameter += parameter_offset + start;
  velocity += velocity_offset + start;
  const float16 step = -rate * load_lanes(gradient + gradient_offset + start, lanes, 0.0f);
  const float16 v = fma((float16)(momentum), load_lanes(velocity, lanes, 0.0f), step);
  const float16 w = load_lanes(parameter, lanes, 0.0f);
  store_lanes(v, velocity, lanes);
  store_lanes(w + (nesterov ? fma((float16)(momentum), v, step) : v), parameter, lanes);
}

// parameter, gradient, average: count elements. schedule: 3.
kernel void update_rmsprop(
    global float *parameter, ulong parameter_offset, global const float *gradient,
    ulong gradient_offset, global const float *schedule, ulong schedule_offset,
    global float *average, ulong average_offset, uint count, float rho, float epsilon) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const float rate = schedule[schedule_offset];
  parameter += parameter_offset + start;
  average += average_offset + start;
  const float16 g = load_lanes(gradient + gradient_offset + start, lanes, 0.0f);
  const float16 s = rho * load_lanes(average, lanes, 0.0f) + (1.0f - rho) * (g * g);
  const float16 w = load_lanes(parameter, lanes, 0.0f);
  store_lanes(s, average, lanes);
  store_lanes(w - rate * g / (sqrt(s) + epsilon), parameter, lanes);
}

// parameter, gradient, first, second: count elements. schedule: 3.
kernel void update_adam(
    global float *parameter, ulong parameter_offset, global const float *gradient,
    ulong gradient_offset, global const float *schedule, ulong schedule_offset,
    global float *first, ulong first_offset, global float *second, ulong second_offset,
    uint count, float beta1, float beta2, float epsilon) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  schedule += schedule_offset;
  parameter += parameter_offset + start;
  first += first_offset + start;
  second += second_offset + start;
  const float16 g = load_lanes(gradient + gradient_offset + start, lanes, 0.0f);
  const float16 m = beta1 * load_lanes(first, lanes, 0.0f) + (1.0f - beta1) * g;
  const float16 v = beta2 * load_lanes(second, lanes, 0.0f) + (1.0f - beta2) * (g * g);
  const float16 w = load_lanes(parameter, lanes, 0.0f);
  const float16 step = schedule[0] * (m * schedule[1]) / (sqrt(v * schedule[2]) + epsilon);
  store_lanes(m, first, lanes);
  store_lanes(v, second, lanes);
  store_lanes(w - step, parameter, lanes);
}
