// What the kernels share that compute products by tiles: fetching quads of a matrix, and finishing
// quads of C. LANES is 4. TILE_ROWS, TILE_COLUMNS and TILE_DEPTH are given when they are built.
//
//   row  | quad | quad | quad | x x . . |       what lies outside the matrix is zero

#ifndef TILE_ROWS
#define TILE_ROWS 64
#endif
#ifndef TILE_COLUMNS
#define TILE_COLUMNS 64
#endif
#ifndef TILE_DEPTH
#define TILE_DEPTH 16
#endif

#define GROUP_ITEMS 256
// The quads of a tile of A, and of B, that an item fetches.
#define A_QUADS ((TILE_ROWS * TILE_DEPTH / 4 + GROUP_ITEMS - 1) / GROUP_ITEMS)
#define B_QUADS ((TILE_COLUMNS * TILE_DEPTH / 4 + GROUP_ITEMS - 1) / GROUP_ITEMS)

// What follows the product.
#define EPILOGUE_NONE 0
#define EPILOGUE_ACTIVATION 1
#define EPILOGUE_GRADIENT 2

// A matrix in global memory, whose rows are contiguous.
typedef struct {
  global const float *start;
  uint rows;
  uint columns;
  // Whether each quad of a row lies at a multiple of 16 bytes.
  bool is_aligned;
} matrix;

matrix matrix_at(global const float *start, uint rows, uint columns) {
  matrix result;
  result.start = start;
  result.rows = rows;
  result.columns = columns;
  result.is_aligned = columns % 4 == 0 && (ulong)start % 16 == 0;
  return result;
}

// The elements x[row, column ..< column + 4]; zero where there are none.
float4 fetch_quad(matrix x, uint row, uint column) {
  float4 quad = 0.0f;
  if (row < x.rows && column < x.columns) {
    global const float *from = x.start + (ulong)row * x.columns + column;
    if (x.is_aligned) {
      quad = *(global const float4 *)from;
    } else if (column + 4 <= x.columns) {
      quad = vload4(0, from);
    } else {
      quad.x = from[0];
      if (column + 1 < x.columns) quad.y = from[1];
      if (column + 2 < x.columns) quad.z = from[2];
    }
  }
  return quad;
}

// One of the quads of a tile of `extent` x TILE_DEPTH elements of x: those of row i, l .. l + 3,
// where `by_depth` says that l runs along the rows of x, or else those of l, i .. i + 3.
//
//   by_depth    x  [ l l l l ] i          tile  | quad % (depth / 4) | -> l
//   otherwise   x  [ i i i i ] l          tile  | quad % (extent / 4)| -> i
float4 fetch_for_tile(matrix x, bool by_depth, uint quad, uint extent, uint first, uint depth) {
  if (by_depth) {
    return fetch_quad(x, first + quad / (TILE_DEPTH / 4), depth + quad % (TILE_DEPTH / 4) * 4);
  }
  return fetch_quad(x, depth + quad / (extent / 4), first + quad % (extent / 4) * 4);
}

// The bias and the epilogue for `count` elements of one row of C, at most 4. Not inlined, for it
// is needed many times, and is long.
__attribute__((noinline)) float4 finish_quad(
    float4 sum, global const float *bias, global const float *saved, uint count, uint has_bias,
    uint epilogue, uint activation) {
  if (has_bias) sum += load_lanes(bias, count, 0.0f);
  if (epilogue == EPILOGUE_ACTIVATION) {
    sum = activate(activation, sum);
  } else if (epilogue == EPILOGUE_GRADIENT) {
    sum = activate_gradient(activation, sum, load_lanes(saved, count, 0.0f));
  }
  return sum;
}

// Has an item fetch its quads of both tiles at a depth: into a_next and b_next.
#define FETCH(DEPTH)                                                                        \
  _Pragma("unroll") for (uint q = 0; q < A_QUADS; ++q) {                                    \
    a_next[q] = fetch_for_tile(                                                             \
        from_a, a_by_depth, item + q * GROUP_ITEMS, TILE_ROWS, row, DEPTH);                 \
  }                                                                                         \
  _Pragma("unroll") for (uint q = 0; q < B_QUADS; ++q) {                                    \
    b_next[q] = fetch_for_tile(                                                             \
        from_b, b_by_depth, item + q * GROUP_ITEMS, TILE_COLUMNS, column, DEPTH);           \
  }
