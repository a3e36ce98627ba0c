// Elementary functions on vectors, the same code on every instruction set.
//
// Each reduces its argument to a short interval and evaluates a polynomial there whose
// coefficients minimise the relative error (weighted least squares on Chebyshev nodes, iterated
// towards equal error). NaN goes through every function.

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, relative error of the polynomial
// 3.1e-9. Above 88.72 infinity, below -87.33 zero: results that would be subnormal are flushed.
INLINE vector exponential(vector x) {
  // 1.5 * 2^23: adding it leaves round(x) in the low bits of the sum.
  const vector shifter = splat(0x1.8p23f);
  const vector shifted = fused(x, splat(0x1.715476p0f), shifter);
  const vector n = shifted - shifter;
  vector r = fused(n, splat(-0.693359375f), x);
  r = fused(n, splat(0.00021219444f), r);
  vector q = splat(0.001381453825160861f);
  q = fused(q, r, splat(0.00836874544620514f));
  q = fused(q, r, splat(0.04166838899254799f));
  q = fused(q, r, splat(0.1666652113199234f));
  q = fused(q, r, splat(0.4999999403953552f));
  const vector p = fused(q * r, r, r) + splat(1);
  // 2^n in two factors, since 2^128 itself is not a float.
  const integers exponent = (integers)shifted - (integers)shifter;
  const integers half = exponent >> 1;
  const vector first = (vector)((half + 127) << 23);
  const vector second = (vector)((exponent - half + 127) << 23);
  vector y = p * first * second;
  y = select_lanes(x > splat(88.722839f), splat(__builtin_inff()), y);
  return select_lanes(x < splat(-87.336544f), splat(0), y);
}

// 2 atanh(s) = log((1 + s) / (1 - s)) for s in [-1/3, 1/3].
INLINE vector twice_artanh(vector s) {
  const vector z = s * s;
  vector q = splat(0.12148460745811462f);
  q = fused(q, z, splat(0.10714472085237503f));
  q = fused(q, z, splat(0.14308373630046844f));
  q = fused(q, z, splat(0.19999441504478455f));
  q = fused(q, z, splat(0.3333333730697632f));
  const vector twice = s + s;
  return fused(twice * z, q, twice);
}

// log(x) for normal positive x: x = 2^n m with m in [sqrt(1/2), sqrt(2)).
INLINE vector logarithm(vector x) {
  const integers bits = (integers)x;
  const integers n = (bits - 0x3F3504F3) >> 23;
  const vector m = (vector)(bits - (n << 23));
  const vector exponent = __builtin_convertvector(n, vector);
  const vector fraction = twice_artanh((m - splat(1)) / (m + splat(1)));
  vector y = fused(exponent, splat(-0.00021219444f), fraction);
  y = fused(exponent, splat(0.693359375f), y);
  y = select_lanes(x > splat(3.4e38f), x, y);
  y = select_lanes(x == splat(0), splat(-__builtin_inff()), y);
  return select_lanes(x >= splat(0), y, splat(__builtin_nanf("")));
}

// log1p(e) for e in [0, 1].
INLINE vector logarithm_1p(vector e) { return twice_artanh(e / (e + splat(2))); }

// log1p(exp(-|x|)).
INLINE vector softplus_tail(vector x) { return logarithm_1p(exponential(-absolute(x))); }

// 1 / (1 + exp(-x)) from exp(-|x|), which cannot overflow.
INLINE vector sigmoid(vector x) {
  const vector e = exponential(-absolute(x));
  return select_lanes(x < splat(0), e, splat(1) + (e - e)) / (splat(1) + e);
}

INLINE vector hyperbolic_tangent(vector x) {
  const vector a = absolute(x);
  // Near 0 an odd polynomial, since 1 - 2 / (exp(2x) + 1) would cancel.
  const vector z = x * x;
  vector q = splat(-0.005895150359719992f);
  q = fused(q, z, splat(0.02079596370458603f));
  q = fused(q, z, splat(-0.053783826529979706f));
  q = fused(q, z, splat(0.13331924378871918f));
  q = fused(q, z, splat(-0.33333298563957214f));
  const vector near = fused(q * z, x, x);
  const vector far = splat(1) - splat(2) / (exponential(a + a) + splat(1));
  const vector signed_far = select_lanes(x < splat(0), -far, far);
  return select_lanes(a < splat(0.6f), near, signed_far);
}

#define GELU_SCALE 0.7978845608f
#define GELU_CUBIC 0.044715f

INLINE vector gelu_tangent(vector x) {
  const vector cubic = fused(splat(GELU_CUBIC) * x, x * x, x);
  return hyperbolic_tangent(splat(GELU_SCALE) * cubic);
}

INLINE vector activate(apus_activation activation, vector x) {
  switch (activation) {
  case APUS_IDENTITY: return x;
  case APUS_RELU: return positive_part(x);
  case APUS_SIGMOID: return sigmoid(x);
  case APUS_TANH: return hyperbolic_tangent(x);
  case APUS_SOFTPLUS: return positive_part(x) + softplus_tail(x);
  case APUS_GELU: return splat(0.5f) * x * (splat(1) + gelu_tangent(x));
  }
}

// upstream f'(x), from f(x), for gelu from x.
INLINE vector activate_backward(apus_activation activation, vector upstream, vector saved) {
  switch (activation) {
  case APUS_IDENTITY: return upstream;
  // Not a product: an infinite upstream at a closed gate must give 0.
  case APUS_RELU: return select_lanes(saved > splat(0), upstream, splat(0));
  case APUS_SIGMOID: return upstream * (saved * (splat(1) - saved));
  case APUS_TANH: return upstream * fused(-saved, saved, splat(1));
  case APUS_SOFTPLUS: return upstream * (splat(1) - exponential(-saved));
  case APUS_GELU: {
    // Beyond 16 the slope is 0 or 1, and the square of x may overflow.
    const vector below = select_lanes(saved > splat(16), splat(16), saved);
    const vector x = select_lanes(saved < splat(-16), splat(-16), below);
    const vector t = gelu_tangent(x);
    const vector slope = fused(splat(3 * GELU_CUBIC) * x, x, splat(1));
    const vector inner = splat(0.5f * GELU_SCALE) * x * fused(-t, t, splat(1)) * slope;
    return upstream * fused(splat(0.5f), t, splat(0.5f) + inner);
  }
  }
}

// Estimates of 1 / sqrt(x) and of 1 / x for normal x > 0, which Newton's method then improves: each
// step squares the relative error. AVX-512 estimates within 2^-14; elsewhere the exponent's bits
// give 3e-2 and 0.12 (Lomont, Fast inverse square root, 2003).
#if WIDTH == 16
#define ROOT_STEPS 0
#define RECIPROCAL_STEPS 0
INLINE vector estimated_inverse_root(vector x) { return (vector)_mm512_rsqrt14_ps((__m512)x); }
INLINE vector estimated_reciprocal(vector x) { return (vector)_mm512_rcp14_ps((__m512)x); }
#else
#define ROOT_STEPS 2
#define RECIPROCAL_STEPS 3
INLINE vector estimated_inverse_root(vector x) {
  return (vector)(0x5F3759DF - ((integers)x >> 1));
}
INLINE vector estimated_reciprocal(vector x) { return (vector)(0x7EF311C7 - (integers)x); }
#endif

// sqrt(x) for x >= 0 within 2 ulp, without the machine's slow square root; what is below the least
// normal number counts as 0. Infinity becomes NaN.
INLINE vector square_root(vector x) {
  const vector normal = select_lanes(x < splat(0x1p-126f), splat(0x1p-126f), x);
  vector y = estimated_inverse_root(normal);
  UNROLL for (int i = 0; i < ROOT_STEPS; i++) {
    y = y * fused(splat(-0.5f) * normal * y, y, splat(1.5f));
  }
  // The last step is on the root itself, so that its own rounding is all that is left.
  const vector root = x * y;
  return fused(fused(-root, root, x), splat(0.5f) * y, root);
}

// a / b for normal b > 0 within 2 ulp, likewise.
INLINE vector quotient(vector a, vector b) {
  vector y = estimated_reciprocal(b);
  UNROLL for (int i = 0; i < RECIPROCAL_STEPS; i++) y = fused(fused(-b, y, splat(1)), y, y);
  const vector q = a * y;
  return fused(fused(-b, q, a), y, q);
}
