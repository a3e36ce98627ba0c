// Elements set to 0 by chance. Words are drawn WIDTH counters at a time.
//
//   counters   c      c+1    ...      each gives four words, for elements 4c, 4c+1, 4c+2, 4c+3
//   elements   0 1 2 3  4 5 6 7 ...

typedef uint32_t random_words __attribute__((vector_size(WIDTH * sizeof(uint32_t))));
typedef uint64_t random_products __attribute__((vector_size(WIDTH * sizeof(uint64_t))));

// The two halves of x * factor.
INLINE void multiply_words(random_words x, uint32_t factor, random_words *low,
                           random_words *high) {
  const random_products product = __builtin_convertvector(x, random_products) * factor;
  *low = __builtin_convertvector(product, random_words);
  *high = __builtin_convertvector(product >> 32, random_words);
}

// Philox4x32-10 (Salmon et al. 2011), in place.
INLINE void draw_words(random_words counter[4], uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; round++) {
    random_words low0, high0, low1, high1;
    multiply_words(counter[0], 0xD2511F53, &low0, &high0);
    multiply_words(counter[2], 0xCD9E8D57, &low1, &high1);
    counter[0] = high1 ^ counter[1] ^ key0;
    counter[1] = low1;
    counter[2] = high0 ^ counter[3] ^ key1;
    counter[3] = low0;
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
}

// Two pieces of 16 bits of the draw operand.
INLINE uint32_t draw_word(const float *draw, int piece) {
  return (uint32_t)draw[piece] | (uint32_t)draw[piece + 1] << 16;
}

// sizes: the stream and the least word that is kept; parameters: the factor of what is.
static void KERNEL(dropout)(const struct call *step, size_t m) {
  const float *x = step->operands[0], *draw = step->operands[1];
  const uint32_t key0 = draw_word(draw, 0), key1 = draw_word(draw, 2), number = draw_word(draw, 4);
  const uint32_t stream = (uint32_t)step->sizes[0], threshold = (uint32_t)step->sizes[1];
  const size_t count = m * step->n;
  random_words lanes;
  for (int lane = 0; lane < WIDTH; lane++) lanes[lane] = lane;
  for (size_t start = 0; start < count; start += 4 * WIDTH) {
    random_words counter[4] = {lanes + (uint32_t)(start / 4), {}, {}, {}};
    counter[2] += number;
    counter[3] += stream;
    draw_words(counter, key0, key1);
    uint32_t words[4][WIDTH];
    __builtin_memcpy(words, counter, sizeof words);
    const size_t end = smaller(count - start, 4 * WIDTH);
    for (size_t i = 0; i < end; i++) {
      const bool kept = words[i % 4][i / 4] >= threshold;
      step->result[start + i] = kept ? x[start + i] * step->parameters[0] : 0;
    }
  }
}
