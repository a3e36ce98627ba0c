// C = epilogue(A B + bias) on the tensor cores of an NVIDIA GPU: factors in tf32, or in bfloat16
// with BFLOAT16=1; sums in float32. LANES is 4.
//
// Eight warps of 32 items own a tile of TILE_ROWS x TILE_COLUMNS of C, 128 x 128: 2 x 4 of them,
// each 64 x 32, in 4 x 4 fragments of 16 x 8. Tiles of A and B travel as in matmul_wide.cl, through
// registers, where the factors are rounded; there are two slots and one barrier for each tile.
//
// In local memory a word holds one tf32, or two bfloat16 that follow each other along k, the first
// in the low half; and tiles have words as the slow index. So both precisions have one picture: a
// fragment is 8 words deep, which is k = 8 or k = 16. What a lane holds of it, by the PTX ISA for
// mma.m16n8k8 and mma.m16n8k16, with g = lane / 4 and t = lane % 4:
//
//          A (16 rows, 8 words)            B (8 words, 8 columns)       C (16 rows, 8 columns)
//            word t   word t + 4             column g                     column 2t   2t + 1
//   row g      a0        a2         word t      b0              row g        c0         c1
//   row g+8    a1        a3         word t + 4  b1              row g+8      c2         c3
//
// With EMULATED=1, items hand each other their fragments through local memory, and OpenCL C does
// what the instruction does. That checks the tiles where there are no tensor cores; it is slow.

#ifndef BFLOAT16
#define BFLOAT16 0
#endif
#ifndef EMULATED
#define EMULATED 0
#endif

#define WARPS 8
#define WARP_ROWS 64
#define WARP_COLUMNS 32
// The words of a tile along k, and of a fragment.
#define TILE_WORDS (BFLOAT16 ? TILE_DEPTH / 2 : TILE_DEPTH)
#define FRAGMENT_WORDS 8
// The words of a row of a tile in local memory; 8 more than a multiple of the 32 banks, so that the
// 4 x 8 words that a warp loads at a time lie in different banks.
#define A_STRIDE (TILE_ROWS + 8)
#define B_STRIDE (TILE_COLUMNS + 8)

#if BFLOAT16

// x in bfloat16, rounded to nearest even; NaN stays NaN.
ushort narrow(float x) {
  const uint bits = as_uint(x);
  return isnan(x) ? (ushort)0x7fc0 : (ushort)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

uint2 narrow_pairs(float4 x) {
  return (uint2)(narrow(x.x) | (uint)narrow(x.y) << 16, narrow(x.z) | (uint)narrow(x.w) << 16);
}

// Puts a quad of factors where the tile has it.
void store_in_tile(
    float4 v, local uint *tile, bool by_depth, uint quad, uint extent, uint stride) {
  if (by_depth) {
    const uint2 words = narrow_pairs(v);
    tile += quad % (TILE_DEPTH / 4) * 2 * stride + quad / (TILE_DEPTH / 4);
    tile[0] = words.x;
    tile[stride] = words.y;
  } else {
    const uint l = quad / (extent / 4);
    local ushort *half_word = (local ushort *)(tile + l / 2 * stride + quad % (extent / 4) * 4);
    half_word += l % 2;
    half_word[0] = narrow(v.x);
    half_word[2] = narrow(v.y);
    half_word[4] = narrow(v.z);
    half_word[6] = narrow(v.w);
  }
}

#else

#if EMULATED

// x in tf32, rounded to nearest.
uint4 narrow_quad(float4 x) {
  const uint4 bits = as_uint4(x);
  return select((bits + 0x1000) & ~0x1fffu, bits, isnan(x) | isinf(x));
}

#else

uint narrow(float x) {
  uint bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
  return bits;
}

// x in tf32, rounded to nearest.
uint4 narrow_quad(float4 x) {
  return (uint4)(narrow(x.x), narrow(x.y), narrow(x.z), narrow(x.w));
}

#endif

// Puts a quad of factors where the tile has it.
void store_in_tile(
    float4 v, local uint *tile, bool by_depth, uint quad, uint extent, uint stride) {
  const uint4 words = narrow_quad(v);
  if (by_depth) {
    tile += quad % (TILE_DEPTH / 4) * 4 * stride + quad / (TILE_DEPTH / 4);
    tile[0] = words.x;
    tile[stride] = words.y;
    tile[2 * stride] = words.z;
    tile[3 * stride] = words.w;
  } else {
    *(local uint4 *)(tile + quad / (extent / 4) * stride + quad % (extent / 4) * 4) = words;
  }
}

#endif

#if EMULATED

// The words of A and B, in the order in which the lanes hold them.
#define EXCHANGE local uint exchange[WARPS * 32 * 6];
#define EXCHANGED , exchange + warp * 32 * 6
#define EXCHANGE_PARAMETER , local uint *exchange

// The products of two words' factors, added to sum in the order of k.
float multiply_words(uint a, uint b, float sum) {
#if BFLOAT16
  sum = fma(as_float(a << 16), as_float(b << 16), sum);
  return fma(as_float(a & 0xffff0000u), as_float(b & 0xffff0000u), sum);
#else
  return fma(as_float(a), as_float(b), sum);
#endif
}

uint warp_lane() { return get_local_id(0) % 32; }

// sums += A B.
void multiply_fragments(float *sums, const uint *a, const uint *b EXCHANGE_PARAMETER) {
  const uint lane = warp_lane();
  for (uint i = 0; i < 4; ++i) exchange[lane * 6 + i] = a[i];
  for (uint i = 0; i < 2; ++i) exchange[lane * 6 + 4 + i] = b[i];
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint e = 0; e < 4; ++e) {
    const uint row = lane / 4 + e / 2 * 8;
    const uint column = lane % 4 * 2 + e % 2;
    for (uint word = 0; word < FRAGMENT_WORDS; ++word) {
      const uint from_a = row % 8 * 4 + word % 4;
      const uint from_b = column * 4 + word % 4;
      sums[e] = multiply_words(
          exchange[from_a * 6 + row / 8 + word / 4 * 2], exchange[from_b * 6 + 4 + word / 4],
          sums[e]);
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}

#else

#define EXCHANGE
#define EXCHANGED
#define EXCHANGE_PARAMETER

#if BFLOAT16
#define MMA "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
#else
#define MMA "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
#endif

// OpenCL does not say which item is which lane.
uint warp_lane() {
  uint lane;
  asm("mov.u32 %0, %%laneid;" : "=r"(lane));
  return lane;
}

// sums += A B.
void multiply_fragments(float *sums, const uint *a, const uint *b EXCHANGE_PARAMETER) {
  asm volatile(MMA "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

#endif

// A: m x k, or k x m where a_by_depth is 0. B: k x n, or n x k where b_by_depth is 1. C, saved:
// m x n. bias: n.
kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1))) void matmul_tensor(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, global const float *bias, ulong bias_offset,
    global const float *saved, ulong saved_offset, uint m, uint n, uint k, uint has_bias,
    uint epilogue, uint activation, uint a_by_depth, uint b_by_depth) {
  local uint4 a_memory[2 * TILE_WORDS * A_STRIDE / 4];
  local uint4 b_memory[2 * TILE_WORDS * B_STRIDE / 4];
  local uint *a_tiles = (local uint *)a_memory;
  local uint *b_tiles = (local uint *)b_memory;
  const uint item = get_local_id(0);
  const uint warp = item / 32;
  const uint lane = warp_lane();
  EXCHANGE
  const uint row = get_group_id(0) * TILE_ROWS;
  const uint column = get_group_id(1) * TILE_COLUMNS;
  const uint warp_row = warp / (TILE_COLUMNS / WARP_COLUMNS) * WARP_ROWS;
  const uint warp_column = warp % (TILE_COLUMNS / WARP_COLUMNS) * WARP_COLUMNS;
  a += a_offset;
  b += b_offset;
  const matrix from_a = a_by_depth ? matrix_at(a, m, k) : matrix_at(a, k, m);
  const matrix from_b = b_by_depth ? matrix_at(b, n, k) : matrix_at(b, k, n);

  float sums[WARP_ROWS / 16][WARP_COLUMNS / 8][4];
#pragma unroll
  for (uint i = 0; i < WARP_ROWS / 16; ++i) {
#pragma unroll
    for (uint j = 0; j < WARP_COLUMNS / 8; ++j) {
#pragma unroll
      for (uint e = 0; e < 4; ++e) sums[i][j][e] = 0.0f;
    }
  }

  float4 a_next[A_QUADS], b_next[B_QUADS];
#define STORE(SLOT)                                                                         \
  _Pragma("unroll") for (uint q = 0; q < A_QUADS; ++q) {                                    \
    store_in_tile(                                                                          \
        a_next[q], a_tiles + (SLOT) * TILE_WORDS * A_STRIDE, a_by_depth,                    \
        item + q * GROUP_ITEMS, TILE_ROWS, A_STRIDE);                                       \
  }                                                                                         \
  _Pragma("unroll") for (uint q = 0; q < B_QUADS; ++q) {                                    \
    store_in_tile(                                                                          \
        b_next[q], b_tiles + (SLOT) * TILE_WORDS * B_STRIDE, b_by_depth,                    \
        item + q * GROUP_ITEMS, TILE_COLUMNS, B_STRIDE);                                    \
  }

  FETCH(0)
  STORE(0)
  barrier(CLK_LOCAL_MEM_FENCE);
  uint slot = 0;
  for (uint depth = 0; depth < k; depth += TILE_DEPTH) {
    FETCH(depth + TILE_DEPTH)
    local const uint *a_tile = a_tiles + slot * TILE_WORDS * A_STRIDE + warp_row + lane / 4;
    local const uint *b_tile = b_tiles + slot * TILE_WORDS * B_STRIDE + warp_column + lane / 4;
#pragma unroll
    for (uint word = 0; word < TILE_WORDS; word += FRAGMENT_WORDS) {
      uint x[WARP_ROWS / 16][4], y[WARP_COLUMNS / 8][2];
#pragma unroll
      for (uint i = 0; i < WARP_ROWS / 16; ++i) {
#pragma unroll
        for (uint e = 0; e < 4; ++e) {
          x[i][e] = a_tile[(word + lane % 4 + e / 2 * 4) * A_STRIDE + i * 16 + e % 2 * 8];
        }
      }
#pragma unroll
      for (uint j = 0; j < WARP_COLUMNS / 8; ++j) {
#pragma unroll
        for (uint e = 0; e < 2; ++e) {
          y[j][e] = b_tile[(word + lane % 4 + e * 4) * B_STRIDE + j * 8];
        }
      }
#pragma unroll
      for (uint i = 0; i < WARP_ROWS / 16; ++i) {
#pragma unroll
        for (uint j = 0; j < WARP_COLUMNS / 8; ++j) {
          multiply_fragments(sums[i][j], x[i], y[j] EXCHANGED);
        }
      }
    }
    slot ^= 1;
    STORE(slot)
    barrier(CLK_LOCAL_MEM_FENCE);
  }

#pragma unroll
  for (uint i = 0; i < WARP_ROWS / 16; ++i) {
#pragma unroll
    for (uint j = 0; j < WARP_COLUMNS / 8; ++j) {
#pragma unroll
      for (uint half_fragment = 0; half_fragment < 2; ++half_fragment) {
        const uint c_row = row + warp_row + i * 16 + half_fragment * 8 + lane / 4;
        const uint c_column = column + warp_column + j * 8 + lane % 4 * 2;
        if (c_row < m && c_column < n) {
          const ulong start = (ulong)c_row * n + c_column;
          const uint count = min(n - c_column, 2u);
          float4 sum = 0.0f;
          sum.x = sums[i][j][half_fragment * 2];
          sum.y = sums[i][j][half_fragment * 2 + 1];
          if (has_bias || epilogue != EPILOGUE_NONE) {
            sum = finish_quad(
                sum, bias + bias_offset + c_column, saved + saved_offset + start, count, has_bias,
                epilogue, activation);
          }
          c[c_offset + start] = sum.x;
          if (count == 2) c[c_offset + start + 1] = sum.y;
        }
      }
    }
  }
}
