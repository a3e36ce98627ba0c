// Optimizer steps in place: result is the parameter.

// The slots that a rule keeps.
#define RULE_SLOTS(rule) \
  ((rule) == APUS_SGD ? 0 : (rule) == APUS_ADAM || (rule) == APUS_FTRL ? 2 : 1)

INLINE vector negative_where(integers mask, vector x) { return select_lanes(mask, -x, x); }

// The gradient and the parameter as a penalty leaves them to the rule.
INLINE void draw_to_zero(const float *penalty, float rate, vector *g, vector *w) {
  const vector l1 = splat(penalty[0]);
  const vector side = select_lanes(*w == splat(0), splat(0), negative_where(*w < splat(0), l1));
  *g = fused(splat(penalty[1]), *w, *g + side);
  *w = *w * splat(1 - rate * penalty[2]);
}

// What decays is 0 before it is denormal: a processor takes a hundred times as long for such a
// number, and nothing as small as this can move a parameter.
INLINE vector settled(vector x) {
  return select_lanes(absolute(x) < splat(0x1p-100f), splat(0), x);
}

// One vector of a parameter: moves w along g, and the slots that the rule keeps. `rule` is a
// constant where speed matters.
INLINE void apply_rule(const apus_rule rule, const float *parameters, const float *schedule,
                       vector g, vector *w, vector slots[2]) {
  const vector rate = splat(schedule[0]);
  const float *penalty = parameters + 3;
  if (penalty[0] != 0 || penalty[1] != 0 || penalty[2] != 0) {
    draw_to_zero(penalty, schedule[0], &g, w);
  }
  switch (rule) {
  case APUS_SGD: *w = fused(-rate, g, *w); break;
  case APUS_MOMENTUM:
  case APUS_NESTEROV: {
    const vector momentum = splat(parameters[0]), step = -(rate * g);
    slots[0] = settled(fused(momentum, slots[0], step));
    *w += rule == APUS_NESTEROV ? fused(momentum, slots[0], step) : slots[0];
    break;
  }
  case APUS_ADAGRAD:
    slots[0] = fused(g, g, slots[0]);
    *w -= quotient(rate * g, square_root(slots[0]) + splat(parameters[0]));
    break;
  case APUS_RMSPROP: {
    const float rho = parameters[0];
    slots[0] = settled(fused(splat(rho), slots[0], splat(1 - rho) * (g * g)));
    *w -= quotient(rate * g, square_root(slots[0]) + splat(parameters[1]));
    break;
  }
  case APUS_ADAM: {
    const float beta1 = parameters[0], beta2 = parameters[1];
    slots[0] = settled(fused(splat(beta1), slots[0], splat(1 - beta1) * g));
    slots[1] = settled(fused(splat(beta2), slots[1], splat(1 - beta2) * (g * g)));
    const vector denominator =
        square_root(slots[1] * splat(schedule[2])) + splat(parameters[2]);
    *w -= quotient(rate * (slots[0] * splat(schedule[1])), denominator);
    break;
  }
  case APUS_FTRL: {
    // The machine's root and division: the sum of squares may be infinite, and z then is not NaN.
    const vector l1 = splat(parameters[1]), before = __builtin_elementwise_sqrt(slots[0]);
    slots[0] = fused(g, g, slots[0]);
    const vector root = __builtin_elementwise_sqrt(slots[0]);
    slots[1] += g - (root - before) / rate * *w;
    const vector z = slots[1], step = negative_where(z < splat(0), l1) - z;
    const vector moved = step / ((splat(parameters[0]) + root) / rate + splat(parameters[2]));
    *w = select_lanes(absolute(z) <= l1, splat(0), moved);
    break;
  }
  }
}

// Moves `count` elements.
INLINE void update_elements(const apus_rule rule, const float *parameters, const float *schedule,
                            size_t count, const float *g, float *w, float *const slots[2]) {
  const int kept = RULE_SLOTS(rule);
  for (size_t i = 0; i < count; i += WIDTH) {
    const size_t lanes = count - i;
    vector moved = load_up_to(w + i, lanes), state[2] = {};
    for (int s = 0; s < kept; s++) state[s] = load_up_to(slots[s] + i, lanes);
    apply_rule(rule, parameters, schedule, load_up_to(g + i, lanes), &moved, state);
    for (int s = 0; s < kept; s++) store_up_to(slots[s] + i, state[s], lanes);
    store_up_to(w + i, moved, lanes);
  }
}

// The same for a rule that is known only now.
static void KERNEL(update_run)(apus_rule rule, const float *parameters, const float *schedule,
                               size_t count, const float *g, float *w, float *const slots[2]) {
#define RULE(name) \
  case name: update_elements(name, parameters, schedule, count, g, w, slots); break;
  switch (rule) {
    RULE(APUS_SGD)
    RULE(APUS_MOMENTUM)
    RULE(APUS_NESTEROV)
    RULE(APUS_ADAGRAD)
    RULE(APUS_RMSPROP)
    RULE(APUS_ADAM)
    RULE(APUS_FTRL)
  }
#undef RULE
}

static void KERNEL(update)(const struct call *step, size_t m) {
  KERNEL(update_run)((apus_rule)step->variant, step->parameters, step->operands[1], m * step->n,
                     step->operands[0], step->result, step->slots);
}

// limit / max(sqrt(s), limit), NaN where s is.
static void KERNEL(norm_limit)(const struct call *step) {
  const float limit = step->parameters[0], norm = __builtin_sqrtf(step->operands[0][0]);
  step->result[0] = limit / (norm < limit ? limit : norm);
}
