// The vector type of this instruction set, and how whole and partial vectors reach memory.
//
// An includer defines WIDTH (floats per vector) and KERNEL(name) (a name unique to it).

typedef float vector __attribute__((vector_size(WIDTH * sizeof(float))));
typedef int32_t integers __attribute__((vector_size(WIDTH * sizeof(int32_t))));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE vector splat(float x) { return x - (vector){}; }

// Unaligned whole vector.
INLINE vector load(const float *p) {
  vector v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store(float *p, vector v) { __builtin_memcpy(p, &v, sizeof v); }

#if WIDTH == 8
INLINE integers first_lanes(size_t count) {
  return (integers){0, 1, 2, 3, 4, 5, 6, 7} < (int32_t)count;
}
#endif

// The first `count` lanes, the others 0. Memory behind them is not touched.
INLINE vector load_first(const float *p, size_t count) {
#if WIDTH == 16
  return (vector)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#elif WIDTH == 8
  return (vector)_mm256_maskload_ps(p, (__m256i)first_lanes(count));
#else
  float lanes[WIDTH] = {};
  for (size_t i = 0; i < count; i++) lanes[i] = p[i];
  return load(lanes);
#endif
}

INLINE void store_first(float *p, vector v, size_t count) {
#if WIDTH == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
#elif WIDTH == 8
  _mm256_maskstore_ps(p, (__m256i)first_lanes(count), (__m256)v);
#else
  for (size_t i = 0; i < count; i++) p[i] = v[i];
#endif
}

INLINE vector load_up_to(const float *p, size_t count) {
  return count >= WIDTH ? load(p) : load_first(p, count);
}

INLINE void store_up_to(float *p, vector v, size_t count) {
  if (count >= WIDTH) store(p, v);
  else store_first(p, v, count);
}

// a * b + c in one rounding where the instruction exists. Emulating it where it does not would
// cost a library call per lane, so the baseline of x86-64 rounds twice.
INLINE vector fused(vector a, vector b, vector c) {
#if defined(HAS_FMA)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

INLINE vector select_lanes(integers mask, vector yes, vector no) {
  return (vector)((mask & (integers)yes) | (~mask & (integers)no));
}

INLINE vector absolute(vector x) { return __builtin_elementwise_abs(x); }

// max(x, 0) that keeps NaN: written so that it is the machine's maximum instruction.
INLINE vector positive_part(vector x) { return select_lanes(splat(0) > x, splat(0), x); }

// Lanes added in a fixed tree: the second half to the first, and again until one is left.
INLINE float sum_lanes(vector v) {
#define FOLD(...) v += __builtin_shufflevector(v, v, __VA_ARGS__)
#if WIDTH == 16
  FOLD(8, 9, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1);
  FOLD(4, 5, 6, 7, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  FOLD(2, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
#elif WIDTH == 8
  FOLD(4, 5, 6, 7, -1, -1, -1, -1);
  FOLD(2, 3, -1, -1, -1, -1, -1, -1);
#else
  FOLD(2, 3, -1, -1);
#endif
#undef FOLD
  return v[0] + v[1];
}

INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

INLINE size_t round_up(size_t count, size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}
