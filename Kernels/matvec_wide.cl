// C = epilogue(A B + bias) for GPUs where B has few columns.
//
// Algorithm: a work-group takes 8 rows of A, 32 items to a row. An item sums every 32nd product of
// its row for each column of C; then one item adds the 32 sums of an element, ascending.
//
//   A row 0   | 0 1 2 ... 31 | 0 1 2 ... 31 | 0 1 ...      the items of the row
//     row 1   | 0 1 2 ... 31 | 0 1 2 ... 31 | 0 1 ...
//     ...
//
// The order depends on k alone.

#define TREE_ROWS 8
#define TREE_ITEMS 32
#define TREE_COLUMNS 16

#ifndef EPILOGUE_NONE
#define EPILOGUE_NONE 0
#define EPILOGUE_ACTIVATION 1
#define EPILOGUE_GRADIENT 2
#endif

// A: m x k. B[l,j] at l b_row + j b_column. C, saved: m x n, n <= TREE_COLUMNS. bias: n.
kernel __attribute__((reqd_work_group_size(TREE_ROWS * TREE_ITEMS, 1, 1))) void matmul_tree(
    global const float *a, ulong a_offset, global const float *b, ulong b_offset,
    global float *c, ulong c_offset, global const float *bias, ulong bias_offset,
    global const float *saved, ulong saved_offset, uint m, uint n, uint k, uint has_bias,
    uint epilogue, uint activation, uint b_row, uint b_column) {
  local float partials[TREE_ROWS][TREE_COLUMNS][TREE_ITEMS + 1];
  const uint id = get_local_id(0);
  const uint item = id % TREE_ITEMS;
  const uint first = get_group_id(0) * TREE_ROWS;
  const uint row = min(first + id / TREE_ITEMS, m - 1);
  a += a_offset + (ulong)row * k;
  b += b_offset;
  for (uint column = 0; column < n; ++column) {
    float sum = 0.0f;
    for (uint l = item; l < k; l += TREE_ITEMS) {
      sum = fma(a[l], b[(ulong)l * b_row + (ulong)column * b_column], sum);
    }
    partials[id / TREE_ITEMS][column][item] = sum;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  const uint2 own = divide(id, n);
  const uint own_row = own.x;
  const uint own_column = own.y;
  if (own_row < TREE_ROWS && first + own_row < m) {
    float sum = 0.0f;
    for (uint i = 0; i < TREE_ITEMS; ++i) sum += partials[own_row][own_column][i];
    const ulong element = (ulong)(first + own_row) * n + own_column;
    if (has_bias) sum += bias[bias_offset + own_column];
    if (epilogue == EPILOGUE_ACTIVATION) {
      sum = activate(activation, (floats)(sum)).s0;
    } else if (epilogue == EPILOGUE_GRADIENT) {
      const float kept = saved[saved_offset + element];
      sum = activate_gradient(activation, (floats)(sum), (floats)(kept)).s0;
    }
    c[c_offset + element] = sum;
  }
}
