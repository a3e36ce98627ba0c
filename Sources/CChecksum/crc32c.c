// CRC32C: polynomial 0x1EDC6F41, reflected 0x82F63B78.
//
// The processor's instruction takes 8 bytes in 3 cycles and can begin another each cycle, so long
// inputs are cut into three lanes whose checksums are joined by a carry-less multiplication with
// x^n mod P (Gopal et al., "Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction",
// Intel, 2011).
//
//   | lane a, 512 bytes | lane b, 512 bytes | lane c, 512 bytes |
//   crc = a * x^8192  xor  b * x^4096  xor  c
#include "CChecksum.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

enum { POLYNOMIAL = (int)0x82F63B78u, LANE = 512 };

static uint32_t table[8][256];
static uint32_t shift_one_lane;
static uint32_t shift_two_lanes;
static uint32_t (*body)(uint32_t, const void *, size_t) = cchecksum_crc32c_portable;

static uint64_t load(const unsigned char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/// x^n mod P, reflected.
static uint32_t power(unsigned n) {
  uint32_t value = 0x80000000u;
  for (; n > 0; n--) value = value >> 1 ^ (value & 1 ? (uint32_t)POLYNOMIAL : 0);
  return value;
}

uint32_t cchecksum_crc32c_portable(uint32_t state, const void *start, size_t length) {
  const unsigned char *bytes = start;
  for (; length >= 8; bytes += 8, length -= 8) {
    uint32_t low = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                   (uint32_t)bytes[3] << 24;
    low ^= state;
    state = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^ table[5][low >> 16 & 0xFF] ^
            table[4][low >> 24] ^ table[3][bytes[4]] ^ table[2][bytes[5]] ^ table[1][bytes[6]] ^
            table[0][bytes[7]];
  }
  for (; length > 0; bytes++, length--) state = table[0][(state ^ *bytes) & 0xFF] ^ state >> 8;
  return state;
}

#if defined(__x86_64__)
/// state * x^n mod P, where `factor` is x^(n - 33).
__attribute__((target("sse4.2,pclmul"))) static uint32_t shifted(uint32_t state, uint32_t factor) {
  __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)state), _mm_cvtsi32_si128((int)factor), 0);
  return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t by_instruction(
    uint32_t state, const void *start, size_t length) {
  const unsigned char *bytes = start;
  uint64_t a = state;
  for (; length >= 3 * LANE; bytes += 3 * LANE, length -= 3 * LANE) {
    uint64_t b = 0, c = 0;
    for (size_t i = 0; i < LANE; i += 8) {
      a = _mm_crc32_u64(a, load(bytes + i));
      b = _mm_crc32_u64(b, load(bytes + LANE + i));
      c = _mm_crc32_u64(c, load(bytes + 2 * LANE + i));
    }
    a = shifted((uint32_t)a, shift_two_lanes) ^ shifted((uint32_t)b, shift_one_lane) ^ c;
  }
  for (; length >= 8; bytes += 8, length -= 8) a = _mm_crc32_u64(a, load(bytes));
  for (; length > 0; bytes++, length--) a = _mm_crc32_u8((uint32_t)a, *bytes);
  return (uint32_t)a;
}
#elif defined(__ARM_FEATURE_CRC32)
static uint32_t by_instruction(uint32_t state, const void *start, size_t length) {
  const unsigned char *bytes = start;
  for (; length >= 8; bytes += 8, length -= 8) state = __crc32cd(state, load(bytes));
  for (; length > 0; bytes++, length--) state = __crc32cb(state, *bytes);
  return state;
}
#endif

__attribute__((constructor)) static void choose_body(void) {
  for (unsigned byte = 0; byte < 256; byte++) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? (uint32_t)POLYNOMIAL : 0);
    table[0][byte] = value;
  }
  for (int zeros = 1; zeros < 8; zeros++) {
    for (unsigned byte = 0; byte < 256; byte++) {
      uint32_t value = table[zeros - 1][byte];
      table[zeros][byte] = table[0][value & 0xFF] ^ value >> 8;
    }
  }
  shift_one_lane = power(8 * LANE - 33);
  shift_two_lanes = power(16 * LANE - 33);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) body = by_instruction;
#elif defined(__ARM_FEATURE_CRC32)
  body = by_instruction;
#endif
}

uint32_t cchecksum_crc32c(uint32_t state, const void *bytes, size_t length) {
  return body(state, bytes, length);
}
