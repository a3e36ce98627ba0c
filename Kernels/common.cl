// What every kernel shares; it is put before the other files when the program is built.
//
// A work-item handles LANES elements at a time in one float16. A tensor's last elements, where
// fewer are left, go through the same vector instructions with the missing lanes filled, so that
// an element has the same bits wherever it lies in a tensor.
//
//   | 0 ... 15 | 16 ... 31 | 32 33 34 |
//     item 0     item 1      item 2: 3 of its 16 lanes are real
//
// A tensor argument is a pair: the buffer, and the offset of the tensor's first element in it.
// Global ranges are padded to whole work-groups; each kernel returns where nothing is left to do.
// OpenCL C 1.2. No atomics, no local memory, no barriers.

// Products are fused with sums only where fma() says so.
#pragma OPENCL FP_CONTRACT OFF

// The elements of one vector; the code below is written for 16.
#define LANES 16

// The activation functions' numbers.
#define ACTIVATION_IDENTITY 0
#define ACTIVATION_RELU 1
#define ACTIVATION_SIGMOID 2
#define ACTIVATION_TANH 3
#define ACTIVATION_SOFTPLUS 4
#define ACTIVATION_GELU 5

// The first `count` elements of x, at most LANES; the lanes beyond hold `fill`.
float16 load_lanes(global const float *x, uint count, float fill) {
  if (count >= LANES) return vload16(0, x);
  float values[LANES];
  for (uint lane = 0; lane < LANES; ++lane) values[lane] = lane < count ? x[lane] : fill;
  return vload16(0, values);
}

// Writes the lanes `first ..< end` of v to x[first] ..< x[end].
void store_lane_range(float16 v, global float *x, uint first, uint end) {
  float values[LANES];
  vstore16(v, 0, values);
  for (uint lane = first; lane < end; ++lane) x[lane] = values[lane];
}

// Writes the first `count` lanes of v, at most LANES, to x.
void store_lanes(float16 v, global float *x, uint count) {
  if (count >= LANES) {
    vstore16(v, 0, x);
  } else {
    store_lane_range(v, x, 0, count);
  }
}

// The sum of all lanes, ascending.
float sum_of_lanes(float16 v) {
  float values[LANES];
  vstore16(v, 0, values);
  float sum = 0.0f;
  for (uint lane = 0; lane < LANES; ++lane) sum += values[lane];
  return sum;
}

// The greatest lane.
float greatest_lane(float16 v) {
  float values[LANES];
  vstore16(v, 0, values);
  float greatest = values[0];
  for (uint lane = 1; lane < LANES; ++lane) greatest = fmax(greatest, values[lane]);
  return greatest;
}

// max(x, 0), NaN where x is NaN.
float16 positive_part(float16 x) { return select(x, (float16)(0.0f), x < 0.0f); }

// 1 / (1 + exp(-x)).
float16 sigmoid(float16 x) { return 1.0f / (1.0f + exp(-x)); }

// tanh(x) from t = exp(-2|x|) - 1, as -t / (2 + t) with the sign of x; some drivers' own tanh does
// not reach 1 at infinity.
float16 hyperbolic_tangent(float16 x) {
  const float16 t = expm1(-2.0f * fabs(x));
  return copysign(-t / (2.0f + t), x);
}

// 2 sqrt(2/pi) (x + 0.044715 x^3): since (1 + tanh(v / 2)) / 2 = sigmoid(v), GELU is
// x sigmoid(v), which loses no digits where tanh is close to -1.
float16 gelu_argument(float16 x) { return 1.5957691216f * fma(0.044715f * x * x, x, x); }

// f(x).
float16 activate(uint activation, float16 x) {
  switch (activation) {
    case ACTIVATION_RELU: return positive_part(x);
    case ACTIVATION_SIGMOID: return sigmoid(x);
    case ACTIVATION_TANH: return hyperbolic_tangent(x);
    case ACTIVATION_SOFTPLUS: return positive_part(x) + log1p(exp(-fabs(x)));
    case ACTIVATION_GELU: return x * sigmoid(gelu_argument(x));
    default: return x;
  }
}

// GELU's derivative at x: sigmoid(v) + x sigmoid'(v) v', with sigmoid'(v) = e / (1 + e)^2 where
// e = exp(-|v|).
float16 gelu_derivative(float16 x) {
  // Beyond 16 the slope is 0 or 1, and the square of x may overflow.
  x = select(x, copysign((float16)(16.0f), x), fabs(x) > 16.0f);
  const float16 v = gelu_argument(x);
  const float16 slope = 1.5957691216f * fma(3.0f * 0.044715f * x, x, (float16)(1.0f));
  const float16 e = exp(-fabs(v));
  const float16 quotient = 1.0f / (1.0f + e);
  const float16 s = quotient * select((float16)(1.0f), e, v < 0.0f);
  return fma(x * slope, e * quotient * quotient, s);
}

// upstream f', from the saved tensor: f(x), or x for GELU.
float16 activate_gradient(uint activation, float16 upstream, float16 saved) {
  switch (activation) {
    case ACTIVATION_RELU: return select((float16)(0.0f), upstream, saved > 0.0f);
    case ACTIVATION_SIGMOID: return upstream * saved * (1.0f - saved);
    case ACTIVATION_TANH: return upstream * fma(-saved, saved, (float16)(1.0f));
    case ACTIVATION_SOFTPLUS: return upstream * -expm1(-saved);
    case ACTIVATION_GELU: return upstream * gelu_derivative(saved);
    default: return upstream;
  }
}
