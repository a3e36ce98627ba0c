// A whole dense net, y = f_L(... f_1(x W_1 + b_1) ... W_L + b_L), in one launch on a CPU.
//
// Algorithm: a work-item takes DENSE_ROWS rows of x through all layers. Its activations stay in
// private memory, transposed, so that a vector holds one unit of LANES rows; a weight is spread
// over all lanes. While it walks over a layer's inputs, an item keeps DENSE_UNITS units of all its
// rows in registers.
//
//            rows ->                 units ->
//   input  | lanes | lanes |        | w w w w |  of input 0
//     0    | x x x | x x x |   x    | w w w w |  of input 1    table: 6 words for each layer:
//     1    | x x x | x x x |        |   ...   |                inputs, units, first weight,
//    ...                                                       bias or not, first bias, function
//
// An element is one chain of fma over the inputs, ascending, then the bias is added, then the
// function applied: the same bits as layer by layer. Rows beyond the last repeat it and are not
// stored. LANES is 16.

// Rows of an item, and the most units of a layer or inputs of the net.
#define DENSE_ROWS 32
#define DENSE_WIDTH 256
#define DENSE_UNITS 8
#define DENSE_TABLE_WORDS 6

// A layer on its way through an item: its table, and the bias of a unit, where there is one.
typedef struct {
  global const float *weights;
  global const float *bias;
  uint inputs;
  uint units;
  bool has_bias;
  bool is_relu;
} dense_layer;

// The bias, and the commonest function, for one vector of a unit's sums.
floats begin_finish(dense_layer layer, uint unit, floats sum) {
  if (layer.has_bias) sum += layer.bias[unit];
  return layer.is_relu ? positive_part(sum) : sum;
}

// DENSE_UNITS units from `unit` on, for all rows of the item.
void sum_units(const floats *from, floats *to, dense_layer layer, uint unit) {
  floats left[DENSE_UNITS], right[DENSE_UNITS];
#pragma unroll
  for (uint u = 0; u < DENSE_UNITS; ++u) {
    left[u] = 0.0f;
    right[u] = 0.0f;
  }
  global const float *weights = layer.weights + unit;
  for (uint l = 0; l < layer.inputs; ++l) {
    const floats x = from[2 * l];
    const floats y = from[2 * l + 1];
#pragma unroll
    for (uint u = 0; u < DENSE_UNITS; ++u) {
      const floats w = weights[u];
      left[u] = fma(x, w, left[u]);
      right[u] = fma(y, w, right[u]);
    }
    weights += layer.units;
  }
#pragma unroll
  for (uint u = 0; u < DENSE_UNITS; ++u) {
    to[2 * (unit + u)] = begin_finish(layer, unit + u, left[u]);
    to[2 * (unit + u) + 1] = begin_finish(layer, unit + u, right[u]);
  }
}

// One unit.
void sum_unit(const floats *from, floats *to, dense_layer layer, uint unit) {
  floats left = 0.0f, right = 0.0f;
  for (uint l = 0; l < layer.inputs; ++l) {
    const floats w = layer.weights[(ulong)l * layer.units + unit];
    left = fma(from[2 * l], w, left);
    right = fma(from[2 * l + 1], w, right);
  }
  to[2 * unit] = begin_finish(layer, unit, left);
  to[2 * unit + 1] = begin_finish(layer, unit, right);
}

// x: rows x inputs of the first layer. y: rows x units of the last. weights and biases: in
// `variables`.
kernel void dense_net(
    global const float *x, ulong x_offset, global float *y, ulong y_offset,
    global const float *variables, ulong variables_offset, global const uint *table,
    ulong table_offset, uint layers, uint rows) {
  const uint row = get_global_id(0) * DENSE_ROWS;
  if (row >= rows) return;
  const uint count = min(rows - row, (uint)DENSE_ROWS);
  variables += variables_offset;
  table += table_offset;
  // Two vectors for each unit: of the layer before, and of this one.
  floats memory[2][2 * DENSE_WIDTH];

  const uint width = table[0];
  x += x_offset + (ulong)row * width;
  float *inputs = (float *)memory[0];
  for (uint r = 0; r < DENSE_ROWS; ++r) {
    global const float *from = x + (ulong)min(r, count - 1) * width;
    for (uint l = 0; l < width; ++l) inputs[l * DENSE_ROWS + r] = from[l];
  }

  uint units = width;
  for (uint i = 0; i < layers; ++i, table += DENSE_TABLE_WORDS) {
    const floats *from = memory[i % 2];
    floats *to = memory[1 - i % 2];
    units = table[1];
    const uint activation = table[5];
    dense_layer layer;
    layer.weights = variables + table[2];
    layer.bias = variables + table[4];
    layer.inputs = table[0];
    layer.units = units;
    layer.has_bias = table[3];
    layer.is_relu = activation == ACTIVATION_RELU;
    uint unit = 0;
    for (; unit + DENSE_UNITS <= units; unit += DENSE_UNITS) sum_units(from, to, layer, unit);
    for (; unit < units; ++unit) sum_unit(from, to, layer, unit);
    if (layer.is_relu || activation == ACTIVATION_IDENTITY) continue;
    for (uint j = 0; j < 2 * units; ++j) to[j] = activate(activation, to[j]);
  }

  const float *result = (const float *)memory[layers % 2];
  y += y_offset + (ulong)row * units;
  for (uint r = 0; r < count; ++r) {
    for (uint unit = 0; unit < units; ++unit) {
      y[(ulong)r * units + unit] = result[unit * DENSE_ROWS + r];
    }
  }
}
