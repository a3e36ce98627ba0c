// Recurrent layers, forward and backward through time, some rows together from the first step to
// the last: the weight stays near in panels, and no two tasks wait for each other.
//
//   scratch   | panels of the weight | thread 0: sums, states | thread 1 ... |
//
//   tape, a step of a row      gru   | h' | r | z | n | q_n |
//                              lstm  | h' | c' | i | f | g | o |      each `units` wide
//
// Every sum of a row is one chain, ascending, that starts from its bias: a row's bits depend on
// nothing but the row.

struct KERNEL(cells) {
  size_t steps, units, gates, slots, columns;  // columns: of all gates
};

INLINE struct KERNEL(cells) cells_of(apus_cell cell, const size_t *sizes) {
  const size_t gates = cell == APUS_GRU ? 3 : 4, slots = cell == APUS_GRU ? 5 : 6;
  return (struct KERNEL(cells)){sizes[0], sizes[1], gates, slots, gates * sizes[1]};
}

// C[rows, n] = start + A[rows, k] B, where B lies in panels, and C may be where it starts.
static void KERNEL(panel_product)(const float *a, size_t rows, size_t k, const float *panels,
                                  size_t n, const float *start, size_t start_stride, float *c) {
  struct KERNEL(tile) t = {
      .k = k, .a_stride = k, .b_stride = PANEL, .b_panel = PANEL * k, .start_stride = start_stride,
      .start_panel = PANEL, .c_stride = n, .epilogue = APUS_EPILOGUE_NONE,
  };
  const size_t tiles = tiles_for(rows);
  for (size_t tile = 0; tile < tiles; tile++) {
    const size_t r = first_row(rows, tiles, tile), count = first_row(rows, tiles, tile + 1) - r;
    t.a = a + r * k;
    for (size_t j = 0, vectors; j < n; j += t.repeats * vectors * WIDTH) {
      const size_t left = n - j;
      vectors = tile_vectors(count, (left + WIDTH - 1) / WIDTH);
      t.repeats = whole_tiles(left, vectors);
      const size_t width = t.repeats * vectors * WIDTH;
      t.lanes = left < width ? left - (width - WIDTH) : WIDTH;
      t.b = panels + j * k;
      t.start = start + r * start_stride + j;
      t.c = c + r * n + j;
      choose_tiles(false, vectors)(&t, count);
    }
  }
}

// The elements of a k x n matrix in panels.
INLINE size_t panels_count(size_t k, size_t n) { return round_up(n, PANEL) * k; }

// Where the elements of a step lie, all of one row.
struct KERNEL(moment) {
  const float *x, *sums;  // projections, and what the state adds to them
  const float *before;    // the step before on the tape; NULL at the first
  float *tape;
  float *state;           // h, replaced by h'
};

static void KERNEL(gru_step)(const struct KERNEL(moment) *at, size_t units) {
  for (size_t j = 0; j < units; j += WIDTH) {
    const size_t lanes = units - j;
    const float *x = at->x + j, *s = at->sums + j;
    float *tape = at->tape + j;
    const vector r = sigmoid(load_up_to(x, lanes) + load_up_to(s, lanes));
    const vector z = sigmoid(load_up_to(x + units, lanes) + load_up_to(s + units, lanes));
    const vector q = load_up_to(s + 2 * units, lanes);
    const vector n = hyperbolic_tangent(fused(r, q, load_up_to(x + 2 * units, lanes)));
    const vector h = fused(z, load_up_to(at->state + j, lanes) - n, n);
    store_up_to(at->state + j, h, lanes);
    store_up_to(tape, h, lanes);
    store_up_to(tape + units, r, lanes);
    store_up_to(tape + 2 * units, z, lanes);
    store_up_to(tape + 3 * units, n, lanes);
    store_up_to(tape + 4 * units, q, lanes);
  }
}

static void KERNEL(lstm_step)(const struct KERNEL(moment) *at, size_t units) {
  for (size_t j = 0; j < units; j += WIDTH) {
    const size_t lanes = units - j;
    float *tape = at->tape + j;
    vector gate[4];
    UNROLL for (int g = 0; g < 4; g++) {
      const size_t place = (size_t)g * units + j;
      const vector x = load_up_to(at->x + place, lanes) + load_up_to(at->sums + place, lanes);
      gate[g] = g == 2 ? hyperbolic_tangent(x) : sigmoid(x);
      store_up_to(tape + (2 + (size_t)g) * units, gate[g], lanes);
    }
    const vector before = at->before ? load_up_to(at->before + units + j, lanes) : splat(0);
    const vector c = fused(gate[1], before, gate[0] * gate[2]);
    const vector h = gate[3] * hyperbolic_tangent(c);
    store_up_to(at->state + j, h, lanes);
    store_up_to(tape, h, lanes);
    store_up_to(tape + units, c, lanes);
  }
}

INLINE size_t longest(const struct call *step, size_t first, size_t rows, size_t steps) {
  size_t longest = 0;
  for (size_t row = first; row < first + rows; row++) {
    const size_t length = steps_of(step, row, steps);
    if (length > longest) longest = length;
  }
  return longest;
}

static void KERNEL(recurrence_rows)(const struct call *step, size_t first, size_t rows,
                                    float *own) {
  const apus_cell cell = (apus_cell)step->variant;
  const struct KERNEL(cells) c = cells_of(cell, step->sizes);
  const size_t slots = c.slots * c.units;
  float *sums = own, *states = own + ROWS_OF_TASK * c.columns;
  const size_t steps = longest(step, first, rows, c.steps);
  fill_zeros(states, rows * c.units);
  for (size_t t = 0; t < steps; t++) {
    KERNEL(panel_product)(states, rows, c.units, step->scratch, c.columns, step->operands[2], 0,
                          sums);
    for (size_t r = 0; r < rows; r++) {
      const size_t place = (first + r) * c.steps + t;
      float *tape = step->result + place * slots;
      const struct KERNEL(moment) at = {
          .x = step->operands[0] + place * c.columns, .sums = sums + r * c.columns,
          .before = t > 0 ? tape - slots : NULL, .tape = tape, .state = states + r * c.units,
      };
      if (cell == APUS_GRU) KERNEL(gru_step)(&at, c.units);
      else KERNEL(lstm_step)(&at, c.units);
    }
  }
}

// Where the elements of a step lie on the way back.
struct KERNEL(return) {
  const float *tape, *before;
  float *state, *cell;  // the gradients of h', replaced by what h gets beside sums, and of c'
  float *x, *sums;      // the gradients of the projections, and of what the state adds to them
};

static void KERNEL(gru_return)(const struct KERNEL(return) *at, size_t units) {
  const vector one = splat(1);
  for (size_t j = 0; j < units; j += WIDTH) {
    const size_t lanes = units - j;
    const float *tape = at->tape + j;
    const vector r = load_up_to(tape + units, lanes), z = load_up_to(tape + 2 * units, lanes);
    const vector n = load_up_to(tape + 3 * units, lanes), q = load_up_to(tape + 4 * units, lanes);
    const vector before = at->before ? load_up_to(at->before + j, lanes) : splat(0);
    const vector dh = load_up_to(at->state + j, lanes);
    const vector dn = dh * (one - z) * fused(-n, n, one);
    const vector dz = dh * (before - n) * (z * (one - z));
    const vector dr = dn * q * (r * (one - r));
    store_up_to(at->x + j, dr, lanes);
    store_up_to(at->x + units + j, dz, lanes);
    store_up_to(at->x + 2 * units + j, dn, lanes);
    store_up_to(at->sums + j, dr, lanes);
    store_up_to(at->sums + units + j, dz, lanes);
    store_up_to(at->sums + 2 * units + j, dn * r, lanes);
    store_up_to(at->state + j, dh * z, lanes);
  }
}

static void KERNEL(lstm_return)(const struct KERNEL(return) *at, size_t units) {
  const vector one = splat(1);
  for (size_t j = 0; j < units; j += WIDTH) {
    const size_t lanes = units - j;
    const float *tape = at->tape + j;
    const vector i = load_up_to(tape + 2 * units, lanes), f = load_up_to(tape + 3 * units, lanes);
    const vector g = load_up_to(tape + 4 * units, lanes), o = load_up_to(tape + 5 * units, lanes);
    const vector tangent = hyperbolic_tangent(load_up_to(tape + units, lanes));
    const vector before = at->before ? load_up_to(at->before + units + j, lanes) : splat(0);
    const vector dh = load_up_to(at->state + j, lanes);
    const vector dc =
        fused(dh * o, fused(-tangent, tangent, one), load_up_to(at->cell + j, lanes));
    const vector gate[4] = {
        dc * g * (i * (one - i)), dc * before * (f * (one - f)), dc * i * fused(-g, g, one),
        dh * tangent * (o * (one - o)),
    };
    UNROLL for (int k = 0; k < 4; k++) {
      store_up_to(at->x + (size_t)k * units + j, gate[k], lanes);
      store_up_to(at->sums + (size_t)k * units + j, gate[k], lanes);
    }
    store_up_to(at->cell + j, dc * f, lanes);
    store_up_to(at->state + j, splat(0), lanes);
  }
}

static void KERNEL(recurrence_gradient_rows)(const struct call *step, size_t first, size_t rows,
                                             float *own) {
  const apus_cell cell = (apus_cell)step->variant;
  const struct KERNEL(cells) c = cells_of(cell, step->sizes);
  const bool last = step->sizes[2] == APUS_STATES_LAST;
  const size_t slots = c.slots * c.units, steps = longest(step, first, rows, c.steps);
  float *sums = own, *states = sums + ROWS_OF_TASK * c.columns;
  float *memories = states + ROWS_OF_TASK * c.units;
  fill_zeros(states, rows * c.units);
  if (cell == APUS_LSTM) fill_zeros(memories, rows * c.units);
  for (size_t t = c.steps; t-- > 0;) {
    for (size_t r = 0; r < rows; r++) {
      const size_t row = first + r, place = row * c.steps + t;
      const size_t length = steps_of(step, row, c.steps);
      const float *tape = step->operands[1] + place * slots;
      const struct KERNEL(return) at = {
          .tape = tape, .before = t > 0 ? tape - slots : NULL, .state = states + r * c.units,
          .cell = memories + r * c.units, .x = step->result + place * c.columns,
          .sums = sums + r * c.columns,
      };
      if (t >= length) {
        fill_zeros(at.x, c.columns);
        fill_zeros(at.sums, c.columns);
        continue;
      }
      if (!last || t + 1 == length) {
        add_floats(step->operands[0] + (last ? row : place) * c.units, c.units, at.state);
      }
      if (cell == APUS_GRU) KERNEL(gru_return)(&at, c.units);
      else KERNEL(lstm_return)(&at, c.units);
    }
    if (t > 0 && t < steps) {
      KERNEL(panel_product)(sums, rows, c.columns, step->scratch, c.units, states, c.units,
                            states);
    }
  }
}

static void KERNEL(states_rows)(const struct call *step, size_t first, size_t rows, float *own) {
  (void)own;
  const size_t steps = step->sizes[0], units = step->sizes[1], slots = step->sizes[2] * units;
  for (size_t row = first; row < first + rows; row++) {
    const float *tape = step->operands[0] + row * steps * slots;
    const size_t length = steps_of(step, row, steps);
    if (step->variant == APUS_STATES_LAST) {
      float *y = step->result + row * units;
      if (length > 0) copy_floats(tape + (length - 1) * slots, units, y);
      else fill_zeros(y, units);
      continue;
    }
    const size_t back = step->variant == APUS_STATES_PREVIOUS;
    for (size_t t = 0; t < steps; t++) {
      float *y = step->result + (row * steps + t) * units;
      if (t >= length || t < back) fill_zeros(y, units);
      else copy_floats(tape + (t - back) * slots, units, y);
    }
  }
}

// The candidate's part is scaled by the reset gate.
static void KERNEL(recurrent_gradient_rows)(const struct call *step, size_t first, size_t rows,
                                            float *own) {
  (void)own;
  const struct KERNEL(cells) c = cells_of(APUS_GRU, step->sizes);
  for (size_t row = first; row < first + rows; row++) {
    const size_t length = steps_of(step, row, c.steps);
    for (size_t t = 0; t < c.steps; t++) {
      const size_t place = row * c.steps + t;
      const float *x = step->operands[0] + place * c.columns;
      const float *reset = step->operands[1] + (place * c.slots + 1) * c.units;
      float *y = step->result + place * c.columns;
      if (t >= length) {
        fill_zeros(y, c.columns);
        continue;
      }
      copy_floats(x, 2 * c.units, y);
      for (size_t j = 0; j < c.units; j += WIDTH) {
        const size_t lanes = c.units - j, at = 2 * c.units + j;
        store_up_to(y + at, load_up_to(x + at, lanes) * load_up_to(reset + j, lanes), lanes);
      }
    }
  }
}

// The weight for the way there, units x columns, or turned for the way back.
static void KERNEL(pack_recurrent)(const struct call *step, bool turned) {
  const struct KERNEL(cells) c = cells_of((apus_cell)step->variant, step->sizes);
  const size_t n = turned ? c.units : c.columns, k = turned ? c.columns : c.units;
  for (size_t j = 0; j < n; j += PANEL) {
    const size_t columns = smaller(PANEL, n - j);
    float *panel = step->scratch + j * k;
    if (turned) {
      KERNEL(pack_panel_turned)(step->operands[2] + j * c.columns, c.columns, k, columns, panel);
    } else {
      KERNEL(pack_panel)(step->operands[1] + j, c.columns, k, columns, panel);
    }
  }
}
