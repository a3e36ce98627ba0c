// The optimizers' rules, element by element: parameter w, gradient g, and the slots s[0] and s[1]
// that a rule keeps. The schedule is [lr, c1, c2].
//
//   sgd        w -= lr g
//   momentum   v = mu v - lr g;  w += v, or Nesterov's w += mu v - lr g
//   adagrad    n = n + g^2;  w -= lr g / (sqrt(n) + epsilon)
//   rmsprop    n = rho n + (1-rho) g^2;  w -= lr g / (sqrt(n) + epsilon)
//   adam       m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2
//              w -= lr (m c1) / (sqrt(v c2) + epsilon)
//   ftrl       n' = n + g^2;  z += g - (sqrt(n') - sqrt(n)) / lr w
//              w = 0 where |z| <= l1, else (sign(z) l1 - z) / ((beta + sqrt(n')) / lr + l2)
//
// A velocity or an average below 2^-100 becomes 0: it could not move a parameter, and CPUs are slow
// with the denormal numbers that it would decay to.
//
// A penalty changes both before the rule sees them: g += l1 sign(w) + l2 w, w *= 1 - lr decay.

// The rules' numbers.
#define RULE_SGD 0
#define RULE_MOMENTUM 1
#define RULE_NESTEROV 2
#define RULE_ADAGRAD 3
#define RULE_RMSPROP 4
#define RULE_ADAM 5
#define RULE_FTRL 6

// A rule, what it reads beside the gradient, and the penalty.
typedef struct {
  uint rule;
  float numbers[3];
  float l1, l2, decay;
  float rate, correction1, correction2;
} update_rule;

// The slots that a rule keeps.
uint rule_slots(uint rule) {
  return rule == RULE_SGD ? 0 : rule == RULE_ADAM || rule == RULE_FTRL ? 2 : 1;
}

// What decays, or 0 where it is small.
floats settled(floats x) { return select(x, (floats)(0.0f), fabs(x) < 0x1p-100f); }

// Moves w along g, and the slots.
floats apply_rule(const update_rule *r, floats g, floats w, floats slots[2]) {
  const float rate = r->rate;
  if (r->l1 != 0.0f || r->l2 != 0.0f || r->decay != 0.0f) {
    const floats side = select((floats)(r->l1), (floats)(-r->l1), w < 0.0f);
    g = fma((floats)(r->l2), w, g + select(side, (floats)(0.0f), w == 0.0f));
    w *= 1.0f - rate * r->decay;
  }
  switch (r->rule) {
    case RULE_SGD: return fma((floats)(-rate), g, w);
    case RULE_MOMENTUM:
    case RULE_NESTEROV: {
      const floats step = -rate * g, momentum = r->numbers[0];
      slots[0] = settled(fma(momentum, slots[0], step));
      return w + (r->rule == RULE_NESTEROV ? fma(momentum, slots[0], step) : slots[0]);
    }
    case RULE_ADAGRAD:
      slots[0] += g * g;
      return w - rate * g / (sqrt(slots[0]) + r->numbers[0]);
    case RULE_RMSPROP: {
      const float rho = r->numbers[0];
      slots[0] = settled(rho * slots[0] + (1.0f - rho) * (g * g));
      return w - rate * g / (sqrt(slots[0]) + r->numbers[1]);
    }
    case RULE_ADAM: {
      const float beta1 = r->numbers[0], beta2 = r->numbers[1];
      slots[0] = settled(beta1 * slots[0] + (1.0f - beta1) * g);
      slots[1] = settled(beta2 * slots[1] + (1.0f - beta2) * (g * g));
      const floats root = sqrt(slots[1] * r->correction2);
      return w - rate * (slots[0] * r->correction1) / (root + r->numbers[2]);
    }
    default: {
      const float l1 = r->numbers[1];
      const floats before = sqrt(slots[0]);
      slots[0] += g * g;
      const floats root = sqrt(slots[0]);
      slots[1] += g - (root - before) / rate * w;
      const floats z = slots[1], step = select((floats)(l1), (floats)(-l1), z < 0.0f) - z;
      const floats moved = step / ((r->numbers[0] + root) / rate + r->numbers[2]);
      return select(moved, (floats)(0.0f), fabs(z) <= l1);
    }
  }
}
