// Optimizer steps in place: result is the parameter.

INLINE void update_vector(const struct call *step, size_t i, size_t lanes) {
  const float *schedule = step->operands[1];
  const vector rate = splat(schedule[0]);
  const vector g = load_up_to(step->operands[0] + i, lanes);
  vector w = load_up_to(step->result + i, lanes);
  switch ((apus_rule)step->variant) {
  case APUS_SGD: w = fused(-rate, g, w); break;
  case APUS_MOMENTUM:
  case APUS_NESTEROV: {
    const vector momentum = splat(step->parameters[0]);
    vector v = load_up_to(step->slots[0] + i, lanes);
    v = fused(momentum, v, -(rate * g));
    store_up_to(step->slots[0] + i, v, lanes);
    w += step->variant == APUS_NESTEROV ? fused(momentum, v, -(rate * g)) : v;
    break;
  }
  case APUS_RMSPROP: {
    const float rho = step->parameters[0];
    vector s = load_up_to(step->slots[0] + i, lanes);
    s = fused(splat(rho), s, splat(1 - rho) * (g * g));
    store_up_to(step->slots[0] + i, s, lanes);
    w -= quotient(rate * g, square_root(s) + splat(step->parameters[1]));
    break;
  }
  case APUS_ADAM: {
    const float beta1 = step->parameters[0], beta2 = step->parameters[1];
    vector m = load_up_to(step->slots[0] + i, lanes);
    vector v = load_up_to(step->slots[1] + i, lanes);
    m = fused(splat(beta1), m, splat(1 - beta1) * g);
    v = fused(splat(beta2), v, splat(1 - beta2) * (g * g));
    store_up_to(step->slots[0] + i, m, lanes);
    store_up_to(step->slots[1] + i, v, lanes);
    const vector denominator =
        square_root(v * splat(schedule[2])) + splat(step->parameters[2]);
    w -= quotient(rate * (m * splat(schedule[1])), denominator);
    break;
  }
  }
  store_up_to(step->result + i, w, lanes);
}

static void KERNEL(update)(const struct call *step, size_t m) {
  const size_t count = m * step->n;
  for (size_t i = 0; i < count; i += WIDTH) update_vector(step, i, count - i);
}
