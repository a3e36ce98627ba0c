// Losses of predictions p against targets t, and their gradients with respect to p.
//
//   squared error        (p - t)^2                                    2 (p - t)
//   absolute error       |p - t|                                      sign of (p - t), 0 at 0
//   binary entropy       max(p, 0) - p t + log1p(exp(-|p|))           sigmoid(p) - t
//   softmax entropy      log(sum of exp(p[i,j]) over j) - p[i,t]      softmax(p) - onehot(t)
//
// A gradient is also multiplied by the upstream gradient of the mean and divided by the number
// of terms. A class t that is not one of the columns makes its row NaN.
//
// Algorithm: loss_elements sums groups of `group` elements, ascending, one group to a work-item;
// reduce_rows adds the groups' sums. The kernels of a loss also write its gradient where both are
// wanted: each element is then read once.
//
//   terms  | 0 ........ 255 | 256 ....... 511 | 512 ... |
//            item 0 -> y[0]   item 1 -> y[1]    item 2 -> y[2]
//
// loss_softmax_entropy leaves a row's loss for reduce_rows to sum. The gradient kernels take LANES
// elements, or a row, to a work-item.

// The elementwise losses' numbers.
#define LOSS_SQUARED 0
#define LOSS_ABSOLUTE 1
#define LOSS_BINARY_ENTROPY 2

floats loss(uint kind, floats p, floats t) {
  const floats difference = p - t;
  switch (kind) {
    case LOSS_SQUARED: return difference * difference;
    case LOSS_ABSOLUTE: return fabs(difference);
    default: return fma(-p, t, positive_part(p)) + log1p(exp(-fabs(p)));
  }
}

floats loss_derivative(uint kind, floats p, floats t) {
  const floats difference = p - t;
  switch (kind) {
    case LOSS_SQUARED: return 2.0f * difference;
    case LOSS_ABSOLUTE: return select(sign(difference), difference, isnan(difference));
    default: return sigmoid(p) - t;
  }
}

// Whether t is the index of one of `columns` columns.
bool is_class(float t, uint columns) { return t >= 0.0f && t < (float)columns; }

// p, t: count elements. y: one sum for each group, divided by divisor. gradient: count elements,
// upstream (one) / terms times the derivative, where it is wanted.
kernel void loss_elements(
    global const float *p, ulong p_offset, global const float *t, ulong t_offset,
    global float *y, ulong y_offset, global const float *upstream, ulong upstream_offset,
    global float *gradient, ulong gradient_offset, uint count, uint group, float divisor,
    uint kind, float terms, uint wants_gradient) {
  const ulong first = (ulong)get_global_id(0) * group;
  if (first >= count) return;
  const uint own = min(count - (uint)first, group);
  p += p_offset + first;
  t += t_offset + first;
  gradient += gradient_offset + first;
  const float scale = wants_gradient ? upstream[upstream_offset] / terms : 0.0f;
  float sum = 0.0f;
  for (uint start = 0; start < own; start += LANES) {
    const uint lanes = own - start;
    const floats prediction = load_lanes(p + start, lanes, 0.0f);
    const floats target = load_lanes(t + start, lanes, 0.0f);
    float values[LANES];
    store_vector(loss(kind, prediction, target), values);
    if (wants_gradient) {
      store_lanes(scale * loss_derivative(kind, prediction, target), gradient + start, lanes);
    }
    for (uint lane = 0; lane < min(lanes, (uint)LANES); ++lane) sum += values[lane];
  }
  y[y_offset + get_global_id(0)] = sum / divisor;
}

// p, t, y: count elements. upstream: one.
kernel void loss_gradient_elements(
    global const float *p, ulong p_offset, global const float *t, ulong t_offset,
    global const float *upstream, ulong upstream_offset, global float *y, ulong y_offset,
    uint count, float divisor, uint kind) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  const uint lanes = count - start;
  const float scale = upstream[upstream_offset] / divisor;
  const floats derivative = loss_derivative(
      kind, load_lanes(p + p_offset + start, lanes, 0.0f),
      load_lanes(t + t_offset + start, lanes, 0.0f));
  store_lanes(scale * derivative, y + y_offset + start, lanes);
}

// The greatest element of a row.
float row_maximum(global const float *p, uint columns) {
  floats greatest = -INFINITY;
  for (uint column = 0; column < columns; column += LANES) {
    greatest = fmax(greatest, load_lanes(p + column, columns - column, -INFINITY));
  }
  return greatest_lane(greatest);
}

// The sum of exp(p - maximum) over a row.
float row_sum(global const float *p, uint columns, float maximum) {
  floats sums = 0.0f;
  for (uint column = 0; column < columns; column += LANES) {
    sums += exp(load_lanes(p + column, columns - column, -INFINITY) - maximum);
  }
  return sum_of_lanes(sums);
}

// The gradient of a row's loss, of which scale is the factor and NaN where the class is unknown.
void row_gradient(
    global const float *p, global float *y, uint columns, float class, float maximum, float sum,
    float scale) {
  for (uint column = 0; column < columns; column += LANES) {
    const uint lanes = columns - column;
    const floats power = exp(load_lanes(p + column, lanes, -INFINITY) - maximum);
    store_lanes(scale * (power / sum), y + column, lanes);
  }
  if (!is_class(class, columns)) return;
  y[(uint)class] = scale * (exp((floats)(p[(uint)class] - maximum)).s0 / sum - 1.0f);
}

// p, gradient: rows x columns. t, y: rows. upstream: one. The gradient is written where it is
// wanted.
kernel void loss_softmax_entropy(
    global const float *p, ulong p_offset, global const float *t, ulong t_offset,
    global float *y, ulong y_offset, global const float *upstream, ulong upstream_offset,
    global float *gradient, ulong gradient_offset, uint rows, uint columns, float divisor,
    uint wants_gradient) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  p += p_offset + (ulong)row * columns;
  const float class = t[t_offset + row];
  const bool known = is_class(class, columns);
  const float maximum = row_maximum(p, columns);
  const float sum = row_sum(p, columns, maximum);
  y[y_offset + row] = known ? log(sum) + (maximum - p[(uint)class]) : NAN;
  if (!wants_gradient) return;
  const float scale = known ? upstream[upstream_offset] / divisor : NAN;
  gradient += gradient_offset + (ulong)row * columns;
  row_gradient(p, gradient, columns, class, maximum, sum, scale);
}

// p, y: rows x columns. t: rows. upstream: one.
kernel void loss_gradient_softmax_entropy(
    global const float *p, ulong p_offset, global const float *t, ulong t_offset,
    global const float *upstream, ulong upstream_offset, global float *y, ulong y_offset,
    uint rows, uint columns, float divisor) {
  const uint row = get_global_id(0);
  if (row >= rows) return;
  p += p_offset + (ulong)row * columns;
  y += y_offset + (ulong)row * columns;
  const float class = t[t_offset + row];
  const float scale = is_class(class, columns) ? upstream[upstream_offset] / divisor : NAN;
  const float maximum = row_maximum(p, columns);
  row_gradient(p, y, columns, class, maximum, row_sum(p, columns, maximum), scale);
}
