// What every kernel shares; it is put before the other files when the program is built.
//
// A work-item handles LANES elements at a time in one vector: 16 in the plain flavour for CPUs, 4
// in the wide flavour for GPUs, whose neighbouring items then read neighbouring memory. A tensor's
// last elements, where fewer are left, go through the same vector instructions with the missing
// lanes filled, so that an element has the same bits wherever it lies in a tensor.
//
//   | 0 ... 15 | 16 ... 31 | 32 33 34 |
//     item 0     item 1      item 2: 3 of its 16 lanes are real
//
// A tensor argument is a pair: the buffer, and the offset of the tensor's first element in it.
// Global ranges are padded to whole work-groups; each kernel returns where nothing is left to do.
// OpenCL C 1.2, no atomics. Only the files named ..._wide.cl use local memory and barriers; in them
// no item returns before a barrier, and every barrier is reached by all items of a group.

// Products are fused with sums only where fma() says so.
#pragma OPENCL FP_CONTRACT OFF

// The elements of one vector, 4 or 16.
#ifndef LANES
#define LANES 16
#endif
#if LANES == 16
typedef float16 floats;
#define load_vector(x) vload16(0, x)
#define store_vector(v, x) vstore16(v, 0, x)
#else
typedef float4 floats;
#define load_vector(x) vload4(0, x)
#define store_vector(v, x) vstore4(v, 0, x)
#endif

// The activation functions' numbers.
#define ACTIVATION_IDENTITY 0
#define ACTIVATION_RELU 1
#define ACTIVATION_SIGMOID 2
#define ACTIVATION_TANH 3
#define ACTIVATION_SOFTPLUS 4
#define ACTIVATION_GELU 5

// x / y, and what remains. Where both are taken of what is no parameter, LLVM freezes x, an
// instruction that Oclgrind 21.10 does not know with --uninitialized.
uint2 divide(uint x, uint y) {
  const uint quotient = x / y;
  return (uint2)(quotient, x - quotient * y);
}

// The first `count` elements of x, at most LANES; the lanes beyond hold `fill`.
floats load_lanes(global const float *x, uint count, float fill) {
  if (count >= LANES) return load_vector(x);
  float values[LANES];
  for (uint lane = 0; lane < LANES; ++lane) values[lane] = lane < count ? x[lane] : fill;
  return load_vector(values);
}

// Writes the lanes `first ..< end` of v to x[first] ..< x[end].
void store_lane_range(floats v, global float *x, uint first, uint end) {
  float values[LANES];
  store_vector(v, values);
  for (uint lane = first; lane < end; ++lane) x[lane] = values[lane];
}

// Writes the first `count` lanes of v, at most LANES, to x.
void store_lanes(floats v, global float *x, uint count) {
  if (count >= LANES) {
    store_vector(v, x);
  } else {
    store_lane_range(v, x, 0, count);
  }
}

// The sum of all lanes, ascending.
float sum_of_lanes(floats v) {
  float values[LANES];
  store_vector(v, values);
  float sum = 0.0f;
  for (uint lane = 0; lane < LANES; ++lane) sum += values[lane];
  return sum;
}

// The greatest lane.
float greatest_lane(floats v) {
  float values[LANES];
  store_vector(v, values);
  float greatest = values[0];
  for (uint lane = 1; lane < LANES; ++lane) greatest = fmax(greatest, values[lane]);
  return greatest;
}

// max(x, 0), NaN where x is NaN.
floats positive_part(floats x) { return select(x, (floats)(0.0f), x < 0.0f); }

// 1 / (1 + exp(-x)).
floats sigmoid(floats x) { return 1.0f / (1.0f + exp(-x)); }

// tanh(x) from t = exp(-2|x|) - 1, as -t / (2 + t) with the sign of x; some drivers' own tanh does
// not reach 1 at infinity.
floats hyperbolic_tangent(floats x) {
  const floats t = expm1(-2.0f * fabs(x));
  return copysign(-t / (2.0f + t), x);
}

// 2 sqrt(2/pi) (x + 0.044715 x^3): since (1 + tanh(v / 2)) / 2 = sigmoid(v), GELU is
// x sigmoid(v), which loses no digits where tanh is close to -1.
floats gelu_argument(floats x) { return 1.5957691216f * fma(0.044715f * x * x, x, x); }

// f(x).
floats activate(uint activation, floats x) {
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
floats gelu_derivative(floats x) {
  // Beyond 16 the slope is 0 or 1, and the square of x may overflow.
  x = select(x, copysign((floats)(16.0f), x), fabs(x) > 16.0f);
  const floats v = gelu_argument(x);
  const floats slope = 1.5957691216f * fma(3.0f * 0.044715f * x, x, (floats)(1.0f));
  const floats e = exp(-fabs(v));
  const floats quotient = 1.0f / (1.0f + e);
  const floats s = quotient * select((floats)(1.0f), e, v < 0.0f);
  return fma(x * slope, e * quotient * quotient, s);
}

// upstream f', from the saved tensor: f(x), or x for GELU.
floats activate_gradient(uint activation, floats upstream, floats saved) {
  switch (activation) {
    case ACTIVATION_RELU: return select((floats)(0.0f), upstream, saved > 0.0f);
    case ACTIVATION_SIGMOID: return upstream * saved * (1.0f - saved);
    case ACTIVATION_TANH: return upstream * fma(-saved, saved, (floats)(1.0f));
    case ACTIVATION_SOFTPLUS: return upstream * -expm1(-saved);
    case ACTIVATION_GELU: return upstream * gelu_derivative(saved);
    default: return upstream;
  }
}
