// C = epilogue(A B + bias): matrix products with the work that follows fused in.
//
//   matmul_nn      C[i,j] = sum over l of A[i,l] B[l,j]      n >= LANES
//   matmul_tn      C[i,j] = sum over l of A[l,i] B[l,j]      n >= LANES
//   matmul_narrow  either, or B[j,l], by strides             any n; meant for n < LANES
//   transpose      B[l,j] = X[j,l]; an NT product is transpose, then matmul_nn
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
  const float16 addend = has_bias ? load_lanes(bias, count, 0.0f) : (float16)(0.0f);
  for (uint row = 0; row < rows; ++row) {
    const ulong start = (ulong)row * n;
    float16 sum = load_lanes(c + start, count, 0.0f);
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
  float16 sums[MATMUL_ROWS];
#pragma unroll
  for (uint r = 0; r < MATMUL_ROWS; ++r) {
    rows[r] = a + min(row + r, m - 1) * a_row;
    sums[r] = 0.0f;
  }
  b += first;
  for (uint l = 0; l < k; ++l) {
    const float16 y = vload16(0, b + (ulong)l * n);
#pragma unroll
    for (uint r = 0; r < MATMUL_ROWS; ++r) {
      sums[r] = fma((float16)(rows[r][l * a_column]), y, sums[r]);
    }
  }
  c += (ulong)row * n + first;
#pragma unroll
  for (uint r = 0; r < MATMUL_ROWS; ++r) {
    if (row + r < m) {
      if (first == column) {
        vstore16(sums[r], 0, c + (ulong)r * n);
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

// Y[l,j] = X[j,l], X: n x k. A work-item moves a tile of LANES x LANES.
kernel void transpose(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint n, uint k) {
  const uint row = get_global_id(0) * LANES;
  const uint column = get_global_id(1) * LANES;
  if (row >= n || column >= k) return;
  const uint rows = min(n - row, (uint)LANES);
  const uint columns = min(k - column, (uint)LANES);
  x += x_offset + (ulong)row * k + column;
  y += y_offset + (ulong)column * n + row;
  for (uint i = 0; i < columns; ++i) {
    for (uint j = 0; j < rows; ++j) y[(ulong)i * n + j] = x[(ulong)j * k + i];
  }
}
