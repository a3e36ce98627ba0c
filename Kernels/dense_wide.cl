// A whole dense net, y = f_L(... f_1(x W_1 + b_1) ... W_L + b_L), in one launch on a GPU.
//
// Algorithm: a work-group of 256 items takes DENSE_ROWS rows of x through all layers. Their
// activations stay in local memory, with units as the slow index; a layer's weights come there too,
// DENSE_DEPTH inputs at a time. An item sums 4 rows by 4 units, and 4 more units 64 further on, in
// registers; when the group has walked over all inputs, the units take the inputs' place.
//
//          rows ->              units ->
//   input | x x x x |      | w w w w | w w w w |      16 x 16 items: rows item / 16 * 4,
//     0   | x x x x |  x   | w w w w | w w w w |      units item % 16 * 4 and 64 further on
//    ...
//
// An element is one chain of fma over the inputs, ascending, then the bias is added, then the
// function applied: the same bits as tile by tile. The table is that of dense.cl. LANES is 4.

#define DENSE_ROWS 64
#define DENSE_WIDTH 128
#define DENSE_DEPTH 16
#define DENSE_ITEMS 256
#define DENSE_TABLE_WORDS 6
// What is added spreads columns over the banks of local memory.
#define ACTIVATION_STRIDE (DENSE_ROWS + 4)
#define WEIGHT_STRIDE (DENSE_WIDTH + 4)

// f(sum + bias) for one unit of 4 rows. Not inlined, for it is needed many times, and is long.
__attribute__((noinline)) float4 finish_unit(
    float4 sum, global const float *bias, uint has_bias, uint activation) {
  if (has_bias) sum += bias[0];
  return activate(activation, sum);
}

// x: rows x inputs of the first layer. y: rows x units of the last. weights and biases: in
// `variables`.
kernel __attribute__((reqd_work_group_size(DENSE_ITEMS, 1, 1))) void dense_net(
    global const float *x, ulong x_offset, global float *y, ulong y_offset,
    global const float *variables, ulong variables_offset, global const uint *table,
    ulong table_offset, uint layers, uint rows) {
  local float4 activation_memory[DENSE_WIDTH * ACTIVATION_STRIDE / 4];
  local float4 weight_memory[DENSE_DEPTH * WEIGHT_STRIDE / 4];
  local float *activations = (local float *)activation_memory;
  local float *weights = (local float *)weight_memory;
  const uint item = get_local_id(0);
  const uint item_row = item / 16 * 4;
  const uint item_unit = item % 16 * 4;
  const uint first = get_group_id(0) * DENSE_ROWS;
  variables += variables_offset;
  table += table_offset;
  y += y_offset;

  const uint width = table[0];
  x += x_offset;
  for (uint i = item; i < DENSE_ROWS * width; i += DENSE_ITEMS) {
    const uint2 place = divide(i, width);
    const uint row = first + place.x;
    const float value = row < rows ? x[(ulong)row * width + place.y] : 0.0f;
    activations[place.y * ACTIVATION_STRIDE + place.x] = value;
  }

  for (uint layer = 0; layer < layers; ++layer) {
    const uint inputs = table[0];
    const uint units = table[1];
    global const float *from = variables + table[2];
    float4 sums[2][4];
#pragma unroll
    for (uint half_width = 0; half_width < 2; ++half_width) {
#pragma unroll
      for (uint u = 0; u < 4; ++u) sums[half_width][u] = 0.0f;
    }
    for (uint depth = 0; depth < inputs; depth += DENSE_DEPTH) {
      // Everyone has written its activations, and is done with the weights before these.
      barrier(CLK_LOCAL_MEM_FENCE);
      const uint steps = min(inputs - depth, (uint)DENSE_DEPTH);
      for (uint i = item; i < DENSE_DEPTH * DENSE_WIDTH; i += DENSE_ITEMS) {
        const uint l = i / DENSE_WIDTH;
        const uint unit = i % DENSE_WIDTH;
        const bool exists = l < steps && unit < units;
        weights[l * WEIGHT_STRIDE + unit] = exists ? from[(ulong)(depth + l) * units + unit] : 0.0f;
      }
      barrier(CLK_LOCAL_MEM_FENCE);
      local const float *rows_of_input = activations + depth * ACTIVATION_STRIDE + item_row;
      for (uint l = 0; l < steps; ++l) {
        const float4 v = *(local const float4 *)(rows_of_input + l * ACTIVATION_STRIDE);
        const float4 w = *(local const float4 *)(weights + l * WEIGHT_STRIDE + item_unit);
        sums[0][0] = fma(v, (float4)(w.x), sums[0][0]);
        sums[0][1] = fma(v, (float4)(w.y), sums[0][1]);
        sums[0][2] = fma(v, (float4)(w.z), sums[0][2]);
        sums[0][3] = fma(v, (float4)(w.w), sums[0][3]);
        if (units > 64) {
          const float4 z = *(local const float4 *)(weights + l * WEIGHT_STRIDE + item_unit + 64);
          sums[1][0] = fma(v, (float4)(z.x), sums[1][0]);
          sums[1][1] = fma(v, (float4)(z.y), sums[1][1]);
          sums[1][2] = fma(v, (float4)(z.z), sums[1][2]);
          sums[1][3] = fma(v, (float4)(z.w), sums[1][3]);
        }
      }
    }
    // Everyone is done with this layer's inputs.
    barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
    for (uint half_width = 0; half_width < 2; ++half_width) {
#pragma unroll
      for (uint u = 0; u < 4; ++u) {
        const uint unit = half_width * 64 + item_unit + u;
        if (unit < units) {
          const float4 value =
              finish_unit(sums[half_width][u], variables + table[4] + unit, table[3], table[5]);
          *(local float4 *)(activations + unit * ACTIVATION_STRIDE + item_row) = value;
        }
      }
    }
    table += DENSE_TABLE_WORDS;
  }

  barrier(CLK_LOCAL_MEM_FENCE);
  const uint units = (table - DENSE_TABLE_WORDS)[1];
  for (uint i = item; i < DENSE_ROWS * units; i += DENSE_ITEMS) {
    const uint2 place = divide(i, units);
    const uint row = first + place.x;
    if (row < rows) {
      y[(ulong)row * units + place.y] = activations[place.y * ACTIVATION_STRIDE + place.x];
    }
  }
}
