// C = epilogue(A B + bias): matrix products with the work that follows fused in.
//
//   matmul_nn      C[i,j] = sum over l of A[i,l] B[l,j]      n >= LANES
//   matmul_tn      C[i,j] = sum over l of A[l,i] B[l,j]      n >= LANES
//   matmul_narrow  either, or B[j,l], by strides             any n; meant for n < LANES
//   pack           a matrix, or its transpose, in panels
//   matmul_packed  the product of matrices of which B, and A for TN, were packed
//
// These are the plain kernels, for CPUs: no local memory, no barrier. They are built with LANES 16.
//
// Each element of C is one chain of fma over l, ascending from 0, then the bias is added, then
// the epilogue is applied; so its bits depend on nothing but its row of A and its column of B.
//
// Algorithm: register blocking. A work-item owns MATMUL_ROWS x LANES elements of C, which stay in
// registers while it walks over l: one row of B is loaded as a vector, and each of the block's
// elements of A is spread over all lanes and multiplied into its row of sums.
//
//                      column          get_global_id(0): blocks of rows
//            B    l -> [................]           (1): blocks of columns
//                  l
//            A    [.]   [................]   C
//        row ->   [.]   [................]
//                 [.]   [................]   MATMUL_ROWS rows
//                 [.]   [................]
//
// The last block of columns starts at n - LANES, over columns that its neighbour computes too, and
// stores only its own; rows beyond m repeat row m - 1 and are not stored. So no load leaves a
// matrix. The block is stored as plain sums first and then finished in place, row by row.

// The rows of C that one work-item keeps in registers.
#ifndef MATMUL_ROWS
#define MATMUL_ROWS 8
#endif

// The rows of C, of one column, that one work-item of the narrow kernel keeps in registers.
#define MATMUL_NARROW_ROWS 16

// What follows the product.
#define EPILOGUE_NONE 0
#define EPILOGUE_ACTIVATION 1
#define EPILOGUE_GRADIENT 2

// Adds the bias to `rows` x `count` sums of C, and applies the epilogue to them. All three
// pointers are those of the block's first element; C and saved have n columns.
void finish(
    global float *c, global const float *bias, global const float *saved, uint rows, uint count,
    uint n, uint has_bias, uint epilogue, uint activation) {
  if (!has_bias && epilogue == EPILOGUE_NONE) return;
  const floats addend = has_bias ? load_lanes(bias, count, 0.0f) : (floats)(0.0f);
  for (uint row = 0; row < rows; ++row) {
    const ulong start = (ulong)row * n;
    floats sum = load_lanes(c + start, count, 0.0f);
    if (has_bias) sum += addend;
    if (epilogue == EPILOGUE_ACTIVATION) {
      sum = activate(activation, sum);
    } else if (epilogue == EPILOGUE_GRADIENT) {
      sum = activate_gradient(activation, sum, load_lanes(saved + start, count, 0.0f));
    }
    store_lanes(sum, c + start, count);
  }
}

// One block of C, where A[i,l] lies at i a_row + l a_column.
void multiply_block(
    global const float *a, ulong a_row, ulong a_column, global const float *b, global float *c,
    uint m, uint n, uint k, uint row, uint column) {
  const uint first = min(column, n - LANES);
  global const float *rows[MATMUL_ROWS];
  floats sums[MATMUL_ROWS];
#pragma unroll
  for (uint r = 0; r < MATMUL_ROWS; ++r) {
    rows[r] = a + min(row + r, m - 1) * a_row;
    sums[r] = 0.0f;
  }
  b += first;
  for (uint l = 0; l < k; ++l) {
    const floats y = load_vector(b + (ulong)l * n);
#pragma unroll
    for (uint r = 0; r < MATMUL_ROWS; ++r) {
      sums[r] = fma((floats)(rows[r][l * a_column]), y, sums[r]);
    }
  }
  c += (ulong)row * n + first;
#pragma unroll
  for (uint r = 0; r < MATMUL_ROWS; ++r) {
    if (row + r < m) {
      if (first == column) {
        store_vector(sums[r], c + (ulong)r * n);
      } else {
        store_lane_range(sums[r], c + (ulong)r * n, column - first, LANES);
      }
    }
  }
}

// A[i,l] at i a_row + l a_column. B: k x n. C, saved: m x n. bias: n.
// A work-item owns MATMUL_ROWS x LANES elements of C.
void multiply(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, global const float *bias, ulong bias_offset,
    global const float *saved, ulong saved_offset, uint m, uint n, uint k, uint has_bias,
    uint epilogue, uint activation, uint a_row, uint a_column) {
  const uint row = get_global_id(0) * MATMUL_ROWS;
  const uint column = get_global_id(1) * LANES;
  if (row >= m || column >= n) return;
  multiply_block(
      a + a_offset, a_row, a_column, b + b_offset, c + c_offset, m, n, k, row, column);
  const ulong start = (ulong)row * n + column;
  finish(
      c + c_offset + start, bias + bias_offset + column, saved + saved_offset + start,
      min(m - row, (uint)MATMUL_ROWS), min(n - column, (uint)LANES), n, has_bias, epilogue,
      activation);
}

// A: m x k.
kernel void matmul_nn(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, global const float *bias, ulong bias_offset,
    global const float *saved, ulong saved_offset, uint m, uint n, uint k, uint has_bias,
    uint epilogue, uint activation) {
  multiply(
      a, a_offset, b, b_offset, c, c_offset, bias, bias_offset, saved, saved_offset, m, n, k,
      has_bias, epilogue, activation, k, 1);
}

// A: k x m.
kernel void matmul_tn(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, global const float *bias, ulong bias_offset,
    global const float *saved, ulong saved_offset, uint m, uint n, uint k, uint has_bias,
    uint epilogue, uint activation) {
  multiply(
      a, a_offset, b, b_offset, c, c_offset, bias, bias_offset, saved, saved_offset, m, n, k,
      has_bias, epilogue, activation, 1, m);
}

// A[i,l] at i a_row + l a_column, B[l,j] at l b_row + j b_column. C, saved: m x n. bias: n.
// A work-item owns MATMUL_NARROW_ROWS rows of one column.
kernel void matmul_narrow(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, global const float *bias, ulong bias_offset,
    global const float *saved, ulong saved_offset, uint m, uint n, uint k, uint has_bias,
    uint epilogue, uint activation, uint a_row, uint a_column, uint b_row, uint b_column) {
  const uint row = get_global_id(0) * MATMUL_NARROW_ROWS;
  const uint column = get_global_id(1);
  if (row >= m || column >= n) return;
  a += a_offset;
  b += b_offset + (ulong)column * b_column;
  float sums[MATMUL_NARROW_ROWS];
  ulong rows[MATMUL_NARROW_ROWS];
#pragma unroll
  for (uint r = 0; r < MATMUL_NARROW_ROWS; ++r) {
    sums[r] = 0.0f;
    rows[r] = (ulong)min(row + r, m - 1) * a_row;
  }
  for (uint l = 0; l < k; ++l) {
    const float y = b[(ulong)l * b_row];
#pragma unroll
    for (uint r = 0; r < MATMUL_NARROW_ROWS; ++r) {
      sums[r] = fma(a[rows[r] + (ulong)l * a_column], y, sums[r]);
    }
  }
  const ulong start = (ulong)row * n + column;
  c += c_offset + start;
#pragma unroll
  for (uint r = 0; r < MATMUL_NARROW_ROWS; ++r) {
    if (row + r < m) c[(ulong)r * n] = sums[r];
  }
  finish(
      c, bias + bias_offset + column, saved + saved_offset + start,
      min(m - row, (uint)MATMUL_NARROW_ROWS), 1, n, has_bias, epilogue, activation);
}

// Packing: a panel holds `width` columns of a matrix for all l, one row of the panel after the
// other, so that a product reads it from the first to the last element. Missing columns are zero.
//
//   X   l -> | 0 ... 31 | 32 .. 63 | 64 65 |        panel 0: k rows of 32, then panel 1, ...
//
// X[l,j] at l x_row + j x_column, one of which is 1. Y: a panel of k x width for each `width`
// columns. A work-item moves PACK_ROWS rows of one panel; width is a multiple of 4, at most 32.
#define PACK_ROWS 64

// a0 b0 a1 b1, and a2 b2 a3 b3.
float4 interleave_low(float4 a, float4 b) { return (float4)(a.x, b.x, a.y, b.y); }
float4 interleave_high(float4 a, float4 b) { return (float4)(a.z, b.z, a.w, b.w); }

// Four rows of a panel: X[l,j] with l contiguous, in squares of 4 x 4.
//
// A square is turned by interleaving twice: vectors put together from four others at once are
// scalar loads to some compilers, and crash Oclgrind 21.10 with --uninitialized.
void pack_transposed(
    global const float *x, global float *y, uint columns, uint width, ulong x_column) {
  for (uint j = 0; j < width; j += 4) {
    const float4 none = 0.0f;
    const float4 a = j < columns ? vload4(0, x + j * x_column) : none;
    const float4 b = j + 1 < columns ? vload4(0, x + (j + 1) * x_column) : none;
    const float4 c = j + 2 < columns ? vload4(0, x + (j + 2) * x_column) : none;
    const float4 d = j + 3 < columns ? vload4(0, x + (j + 3) * x_column) : none;
    const float4 low = interleave_low(a, c), low_next = interleave_low(b, d);
    const float4 high = interleave_high(a, c), high_next = interleave_high(b, d);
    vstore4(interleave_low(low, low_next), 0, y + j);
    vstore4(interleave_high(low, low_next), 0, y + width + j);
    vstore4(interleave_low(high, high_next), 0, y + 2 * width + j);
    vstore4(interleave_high(high, high_next), 0, y + 3 * width + j);
  }
}

// x: k x n, by strides. y: panels.
kernel void pack(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint n, uint k,
    uint x_row, uint x_column, uint width) {
  const uint column = get_global_id(0) * width;
  const uint row = get_global_id(1) * PACK_ROWS;
  if (column >= n || row >= k) return;
  const uint columns = min(n - column, width);
  const uint rows = min(k - row, (uint)PACK_ROWS);
  x += x_offset + (ulong)row * x_row + (ulong)column * x_column;
  y += y_offset + (ulong)column * k + (ulong)row * width;
  uint l = 0;
  if (columns == width && x_column == 1) {
    for (; l < rows; ++l) {
      for (uint j = 0; j < width; j += 4) {
        vstore4(vload4(0, x + (ulong)l * x_row + j), 0, y + l * width + j);
      }
    }
  } else if (x_row == 1) {
    for (; l + 4 <= rows; l += 4) pack_transposed(x + l, y + l * width, columns, width, x_column);
  }
  for (; l < rows; ++l) {
    for (uint j = 0; j < width; ++j) {
      y[l * width + j] = j < columns ? x[(ulong)l * x_row + (ulong)j * x_column] : 0.0f;
    }
  }
}

// The first `count` lanes, at most LANES, of a row of sums, where any are in C.
void store_some_lanes(floats sums, global float *c, uint column, uint n) {
  if (column < n) store_lanes(sums, c + column, n - column);
}

// Algorithm: as matmul_nn, with a block of MATMUL_ROWS rows and two vectors of columns, which needs
// 16 sums, 2 vectors of B and 1 of A in the 32 registers of AVX-512. B is in panels of 2 LANES
// columns, padded, so that no block is partial but in what it stores.
//
// A[i,l] at i0 k + (i - i0) a_row + l a_column, i0 being the first row of the block: a matrix as it
// is has a_row = k, a_column = 1; panels of MATMUL_ROWS columns of Aᵀ have a_row = 1, a_column =
// MATMUL_ROWS. B: panels. C, saved: m x n. bias: n.
kernel void matmul_packed(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, global const float *bias, ulong bias_offset,
    global const float *saved, ulong saved_offset, uint m, uint n, uint k, uint has_bias,
    uint epilogue, uint activation, uint a_row, uint a_column) {
  const uint row = get_global_id(0) * MATMUL_ROWS;
  const uint column = get_global_id(1) * 2 * LANES;
  if (row >= m || column >= n) return;
  const uint count = min(m - row, (uint)MATMUL_ROWS);
  a += a_offset + (ulong)row * k;
  b += b_offset + (ulong)column * k;
  global const float *rows[MATMUL_ROWS];
  floats left[MATMUL_ROWS], right[MATMUL_ROWS];
#pragma unroll
  for (uint r = 0; r < MATMUL_ROWS; ++r) {
    rows[r] = a + (ulong)min(r, count - 1) * a_row;
    left[r] = 0.0f;
    right[r] = 0.0f;
  }
  for (uint l = 0; l < k; ++l) {
    const floats y = load_vector(b);
    const floats z = load_vector(b + LANES);
    b += 2 * LANES;
#pragma unroll
    for (uint r = 0; r < MATMUL_ROWS; ++r) {
      const floats x = rows[r][(ulong)l * a_column];
      left[r] = fma(x, y, left[r]);
      right[r] = fma(x, z, right[r]);
    }
  }
  const ulong start = (ulong)row * n;
  c += c_offset + start;
#pragma unroll
  for (uint r = 0; r < MATMUL_ROWS; ++r) {
    if (r < count) {
      store_some_lanes(left[r], c + (ulong)r * n, column, n);
      store_some_lanes(right[r], c + (ulong)r * n, column + LANES, n);
    }
  }
  for (uint first = column; first < min(column + 2 * LANES, n); first += LANES) {
    finish(
        c + first, bias + bias_offset + first, saved + saved_offset + start + first, count,
        min(n - first, (uint)LANES), n, has_bias, epilogue, activation);
  }
}
