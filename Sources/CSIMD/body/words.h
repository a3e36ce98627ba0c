// The words of a product: what one float's place in A and in B holds, and how it is multiplied.
//
//              a word of B                        its words of A          a sum
//   SINGLES    weight k                           x[k]                    float
//   PAIRS      | weight k, its end | weight k+1 |  x[k], x[k+1]            float
//   BYTES      | k | k+1 | k+2 | k+3 |, signed     the same, unsigned      32-bit integer
//
// A bfloat16 is the upper half of a float, so the lower weight of a pair is read by a shift. The
// upper one would be read by masking what lies below it, and an instruction more for each word is
// what one row cannot afford: it is read as it stands, with the lower weight at its end, and was
// chosen when it was packed as the nearest to the true weight among the floats that end so. Its
// error is that of rounding: at most half a step of a bfloat16.

enum { SINGLES, PAIRS, BYTES };

// The steps in which a word of B is multiplied, each with a float of A.
#define PARTS(arithmetic) ((arithmetic) == PAIRS ? 2 : 1)

typedef uint32_t unsigneds __attribute__((vector_size(WIDTH * sizeof(uint32_t))));
typedef int16_t shorts __attribute__((vector_size(WIDTH * sizeof(int32_t))));
typedef uint8_t octets __attribute__((vector_size(WIDTH)));

// The numbers of `words` that part `part` multiplies.
INLINE vector part_of_words(const int arithmetic, vector words, const int part) {
  return arithmetic == PAIRS && part == 1 ? (vector)((unsigneds)words << 16) : words;
}

INLINE vector splat_word(const int arithmetic, const float *word) {
  if (arithmetic != BYTES) return splat(*word);
  int32_t bits;
  __builtin_memcpy(&bits, word, sizeof bits);
  return (vector)(bits - (integers){});
}

// sums + the products of four unsigned bytes of a and four signed ones of b: exact, whatever the
// instructions.
INLINE integers add_bytes(integers a, integers b, integers sums) {
#if defined(HAS_VNNI)
  return (integers)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)a, (__m512i)b);
#elif defined(__x86_64__)
  const shorts low = (shorts)a & 255, high = (shorts)((unsigneds)(shorts)a >> 8) & 255;
  const shorts b_low = (shorts)((shorts)b << 8) >> 8, b_high = (shorts)b >> 8;
#if WIDTH == 16
#define MULTIPLY_PAIRS(x, y) (integers)_mm512_madd_epi16((__m512i)(x), (__m512i)(y))
#elif WIDTH == 8
#define MULTIPLY_PAIRS(x, y) (integers)_mm256_madd_epi16((__m256i)(x), (__m256i)(y))
#else
#define MULTIPLY_PAIRS(x, y) (integers)_mm_madd_epi16((__m128i)(x), (__m128i)(y))
#endif
  return sums + MULTIPLY_PAIRS(low, b_low) + MULTIPLY_PAIRS(high, b_high);
#else
  UNROLL for (int i = 0; i < 32; i += 8) sums += (a >> i & 255) * (b << (24 - i) >> 24);
  return sums;
#endif
}

INLINE vector add_products(const int arithmetic, vector a, vector b, vector sums) {
  if (arithmetic != BYTES) return fused(a, b, sums);
  return (vector)add_bytes((integers)a, (integers)b, (integers)sums);
}

INLINE vector join_chains(const int arithmetic, vector a, vector b) {
  return arithmetic == BYTES ? (vector)((integers)a + (integers)b) : a + b;
}

// The float that a sum of products of bytes stands for. Not fused: so it has the same bits on
// every instruction set.
INLINE vector scaled_sum(integers sum, vector scale, vector bias) {
  return __builtin_convertvector(sum, vector) * scale + bias;
}

// x rounded to the nearest bfloat16, ties to even. NaN stays.
INLINE vector rounded_to_bfloat(vector x) {
  const unsigneds bits = (unsigneds)x;
  const unsigneds rounded = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000u;
  return select_lanes(x == x, (vector)rounded, x);
}

// The bytes nearest to x / step + zero, ties to even, where `per_step` is 1 / step. NaN is 0.
INLINE octets quantized(vector x, float per_step, float zero) {
  const vector shifter = splat(0x1.8p23f);
  vector q = x * splat(per_step) + splat(zero);
  q = select_lanes(q > splat(0), q, splat(0));
  q = select_lanes(q < splat(255), q, splat(255));
  return __builtin_convertvector((integers)(q + shifter) - (integers)shifter, octets);
}
