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

// One vector of a parameter: moves w along g, and the slots that the rule keeps. `rule` and
// `penalised` are constants where speed matters.
INLINE void apply_rule(const apus_rule rule, const bool penalised, const float *parameters,
                       const float *schedule, vector g, vector *w, vector slots[2]) {
  const vector rate = splat(schedule[0]);
  if (penalised) draw_to_zero(parameters + 3, schedule[0], &g, w);
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

// What an update moves: `rows` x `columns` elements along a gradient that lies in memory, or along
// the product of a column x and a row g, which is never in memory.
struct KERNEL(move) {
  size_t rows, columns;
  const float *x, *g;
  float *w, *slots[2];
};

// Moves up to a vector's elements, those of row `row` from column `column` on.
INLINE void update_vector(const apus_rule rule, const bool penalised, const bool is_product,
                          const float *parameters, const float *schedule,
                          const struct KERNEL(move) *move, size_t row, size_t column,
                          size_t lanes) {
  const int kept = RULE_SLOTS(rule);
  const size_t at = row * move->columns + column;
  vector gradient = load_up_to(move->g + (is_product ? column : at), lanes);
  if (is_product) gradient *= splat(move->x[row]);
  vector moved = load_up_to(move->w + at, lanes), state[2] = {};
  for (int s = 0; s < kept; s++) state[s] = load_up_to(move->slots[s] + at, lanes);
  apply_rule(rule, penalised, parameters, schedule, gradient, &moved, state);
  for (int s = 0; s < kept; s++) store_up_to(move->slots[s] + at, state[s], lanes);
  store_up_to(move->w + at, moved, lanes);
}

INLINE void update_rows(const apus_rule rule, const bool penalised, const bool is_product,
                        const float *parameters, const float *schedule,
                        const struct KERNEL(move) *shared) {
  // Copies, which no store to an element can reach, stay in registers.
  const float p[] = {parameters[0], parameters[1], parameters[2],
                     parameters[3], parameters[4], parameters[5]};
  const float rates[] = {schedule[0], schedule[1], schedule[2]};
  const struct KERNEL(move) move = *shared;
  for (size_t row = 0; row < move.rows; row++) {
    size_t column = 0;
    for (; column + WIDTH <= move.columns; column += WIDTH) {
      update_vector(rule, penalised, is_product, p, rates, &move, row, column, WIDTH);
    }
    if (column == move.columns) continue;
    update_vector(rule, penalised, is_product, p, rates, &move, row, column,
                  move.columns - column);
  }
}

// Moves everything by a rule that is known only now.
INLINE void update_by(apus_rule rule, const bool is_product, const float *parameters,
                      const float *schedule, const struct KERNEL(move) *move) {
  const bool penalised = parameters[3] != 0 || parameters[4] != 0 || parameters[5] != 0;
#define RULE(name)                                                                    \
  case name:                                                                          \
    if (penalised) update_rows(name, true, is_product, parameters, schedule, move);   \
    else update_rows(name, false, is_product, parameters, schedule, move);            \
    break;
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

// Moves `count` elements along g.
static void KERNEL(update_run)(apus_rule rule, const float *parameters, const float *schedule,
                               size_t count, const float *g, float *w, float *const slots[2]) {
  const struct KERNEL(move) move = {
      .rows = 1, .columns = count, .g = g, .w = w, .slots = {slots[0], slots[1]}};
  update_by(rule, false, parameters, schedule, &move);
}

// Moves a weight along the gradient of one row, which is the product of the row's inputs and of
// what comes back for its outputs: `product` is the step that would have written it.
static void KERNEL(update_outer)(const struct call *step, const struct call *product, size_t m) {
  struct KERNEL(move) move = {
      .rows = m, .columns = product->n, .x = product->operands[0], .g = product->operands[1],
      .w = step->result, .slots = {step->slots[0], step->slots[1]}};
  if (move.columns == 1) {
    // A column is a row that lies the same way.
    const float *x = move.x;
    move.x = move.g, move.g = x;
    move.rows = 1, move.columns = m;
  }
  update_by((apus_rule)step->variant, true, step->parameters, step->operands[1], &move);
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
