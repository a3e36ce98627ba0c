// C = epilogue(A B + bias) for GPUs: a work-group of 256 items owns a tile of C.
//
//   matmul_tile   one tile, for all of k, or for a piece of k
//   sum_pieces    adds up the pieces
//
// The tile's size is given when the kernels are built: TILE_ROWS, TILE_COLUMNS and TILE_DEPTH.
// LANES is 4. Where C has few tiles and k is long, k is cut into pieces, so that there are enough
// work-groups: each leaves the plain sums of its piece in a workspace of one m x n for each piece.
//
//                        columns of B           get_group_id(0): tiles of rows
//              B   l -> [ slot ][ slot ]                     (1): tiles of columns, for each piece
//                    l
//              A  [s]   [................]  C    16 x 16 items; an item owns ITEM_ROWS rows, runs
//                 [l]   [................]       of 4 next to each other, and quads of columns 64
//       row ->    [o]   [................]       apart, so that neighbouring items read
//                 [t]   [................]       neighbouring local memory
//
// Algorithm: the tiles of A and B for TILE_DEPTH steps of l lie in one of two slots of local
// memory, both with l as the slow index. While the items multiply what is in one slot, they fetch
// the next tiles to registers, then store them in the other slot. One barrier for each tile is
// enough: what is stored after the barrier goes where everybody has read before it.
//
// What lies outside a matrix is fetched as zero, and nothing outside C is stored. An element of C
// is one chain of fma over l, ascending from 0: over all of k, or over each piece, whose sums are
// then added in ascending order.

#define ITEM_ROWS (TILE_ROWS / 16)
#define ITEM_QUADS (TILE_COLUMNS / 64)
// Rows that an item owns next to each other.
#define ITEM_RUN (ITEM_ROWS < 4 ? ITEM_ROWS : 4)
// The floats of a row of a tile in local memory; what is added spreads columns over the banks.
#define A_STRIDE (TILE_ROWS + 4)
#define B_STRIDE (TILE_COLUMNS + 4)

// Puts the quad where the tile has it.
void store_in_tile(
    float4 v, local float *tile, bool by_depth, uint quad, uint extent, uint stride) {
  if (by_depth) {
    tile += quad % (TILE_DEPTH / 4) * 4 * stride + quad / (TILE_DEPTH / 4);
    tile[0] = v.x;
    tile[stride] = v.y;
    tile[2 * stride] = v.z;
    tile[3 * stride] = v.w;
  } else {
    *(local float4 *)(tile + quad / (extent / 4) * stride + quad % (extent / 4) * 4) = v;
  }
}

// A: m x k, or k x m where a_by_depth is 0. B: k x n, or n x k where b_by_depth is 1. C, saved:
// m x n. Where piece_depth, a multiple of TILE_DEPTH, is less than k, C has m x n for each piece,
// and there is no bias and no epilogue.
kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1))) void matmul_tile(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, global const float *bias, ulong bias_offset,
    global const float *saved, ulong saved_offset, uint m, uint n, uint k, uint has_bias,
    uint epilogue, uint activation, uint a_by_depth, uint b_by_depth, uint piece_depth) {
  local float4 a_memory[2 * TILE_DEPTH * A_STRIDE / 4];
  local float4 b_memory[2 * TILE_DEPTH * B_STRIDE / 4];
  local float *a_tiles = (local float *)a_memory;
  local float *b_tiles = (local float *)b_memory;

  const uint item = get_local_id(0);
  const uint tiles = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
  const uint row = get_group_id(0) * TILE_ROWS;
  const uint2 place = divide(get_group_id(1), tiles);
  const uint column = place.y * TILE_COLUMNS;
  const uint piece = place.x;
  const uint begin = piece * piece_depth;
  const uint end = min(k, begin + piece_depth);
  c += (ulong)piece * m * n;
  a += a_offset;
  b += b_offset;
  const matrix from_a = a_by_depth ? matrix_at(a, m, k) : matrix_at(a, k, m);
  const matrix from_b = b_by_depth ? matrix_at(b, n, k) : matrix_at(b, k, n);

  // The first row of each run, and the first quad of columns.
  const uint item_row = item / 16 * ITEM_RUN;
  const uint item_column = item % 16 * 4;
  float4 sums[ITEM_ROWS][ITEM_QUADS];
#pragma unroll
  for (uint i = 0; i < ITEM_ROWS; ++i) {
#pragma unroll
    for (uint j = 0; j < ITEM_QUADS; ++j) sums[i][j] = 0.0f;
  }

  float4 a_next[A_QUADS], b_next[B_QUADS];
#define STORE(SLOT)                                                                         \
  _Pragma("unroll") for (uint q = 0; q < A_QUADS; ++q) {                                    \
    if (item + q * GROUP_ITEMS < TILE_ROWS * TILE_DEPTH / 4) {                              \
      store_in_tile(                                                                        \
          a_next[q], a_tiles + (SLOT) * TILE_DEPTH * A_STRIDE, a_by_depth,                  \
          item + q * GROUP_ITEMS, TILE_ROWS, A_STRIDE);                                     \
    }                                                                                       \
  }                                                                                         \
  _Pragma("unroll") for (uint q = 0; q < B_QUADS; ++q) {                                    \
    if (item + q * GROUP_ITEMS < TILE_COLUMNS * TILE_DEPTH / 4) {                           \
      store_in_tile(                                                                        \
          b_next[q], b_tiles + (SLOT) * TILE_DEPTH * B_STRIDE, b_by_depth,                  \
          item + q * GROUP_ITEMS, TILE_COLUMNS, B_STRIDE);                                  \
    }                                                                                       \
  }

  FETCH(begin)
  STORE(0)
  barrier(CLK_LOCAL_MEM_FENCE);
  uint slot = 0;
  for (uint depth = begin; depth < end; depth += TILE_DEPTH) {
    // Beyond the end this fetches what is stored in a slot that is not read again.
    FETCH(depth + TILE_DEPTH)
    local const float *a_tile = a_tiles + slot * TILE_DEPTH * A_STRIDE + item_row;
    local const float *b_tile = b_tiles + slot * TILE_DEPTH * B_STRIDE + item_column;
#pragma unroll
    for (uint l = 0; l < TILE_DEPTH; ++l) {
      float x[ITEM_ROWS];
#pragma unroll
      for (uint i = 0; i < ITEM_ROWS; ++i) {
        x[i] = a_tile[l * A_STRIDE + i / ITEM_RUN * 16 * ITEM_RUN + i % ITEM_RUN];
      }
#pragma unroll
      for (uint j = 0; j < ITEM_QUADS; ++j) {
        const float4 y = *(local const float4 *)(b_tile + l * B_STRIDE + j * 64);
#pragma unroll
        for (uint i = 0; i < ITEM_ROWS; ++i) sums[i][j] = fma((float4)(x[i]), y, sums[i][j]);
      }
    }
    slot ^= 1;
    STORE(slot)
    barrier(CLK_LOCAL_MEM_FENCE);
  }

#pragma unroll
  for (uint i = 0; i < ITEM_ROWS; ++i) {
    const uint c_row = row + i / ITEM_RUN * 16 * ITEM_RUN + item_row + i % ITEM_RUN;
#pragma unroll
    for (uint j = 0; j < ITEM_QUADS; ++j) {
      const uint c_column = column + item_column + j * 64;
      if (c_row < m && c_column < n) {
        const ulong start = (ulong)c_row * n + c_column;
        float4 sum = sums[i][j];
        if (has_bias || epilogue != EPILOGUE_NONE) {
          sum = finish_quad(
              sum, bias + bias_offset + c_column, saved + saved_offset + start, n - c_column,
              has_bias, epilogue, activation);
        }
        store_lanes(sum, c + c_offset + start, n - c_column);
      }
    }
  }
}

// C: m x n, the sum of the matrices of `pieces`, ascending, then the bias and the epilogue. A
// work-item owns 4 columns of a row.
kernel void sum_pieces(
    global const float *pieces, ulong pieces_offset, global float *c, ulong c_offset,
    global const float *bias, ulong bias_offset, global const float *saved, ulong saved_offset,
    uint m, uint n, uint k, uint has_bias, uint epilogue, uint activation, uint piece_depth) {
  const uint2 place = divide(get_global_id(0), (n + 3) / 4);
  const uint row = place.x;
  const uint column = place.y * 4;
  if (row >= m) return;
  const uint count = n - column;
  const ulong start = (ulong)row * n + column;
  pieces += pieces_offset + start;
  float4 sum = 0.0f;
  for (uint begin = 0; begin < k; begin += piece_depth) {
    sum += load_lanes(pieces, count, 0.0f);
    pieces += (ulong)m * n;
  }
  sum = finish_quad(
      sum, bias + bias_offset + column, saved + saved_offset + start, count, has_bias, epilogue,
      activation);
  store_lanes(sum, c + c_offset + start, count);
}
