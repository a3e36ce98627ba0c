// y[i] = x[i] scale where a random word is at least a threshold, else 0.
//
//   words   Philox4x32-10 (Salmon et al. 2011): element i takes word i % 4 of block i / 4
//   key     the run's seed          counter   block, 0, step, stream
//
// Algorithm: a work-item takes LANES elements, four of each block that it draws. The draw operand
// holds seed and step in pieces of 16 bits.

uint draw_word(global const float *draw, uint piece) {
  return (uint)draw[piece] | (uint)draw[piece + 1] << 16;
}

// The four words of a block.
uint4 random_block(uint block, uint step, uint stream, uint key0, uint key1) {
  uint4 counter = (uint4)(block, 0, step, stream);
  for (uint round = 0; round < 10; ++round) {
    const uint high0 = mul_hi(counter.x, 0xD2511F53u), low0 = counter.x * 0xD2511F53u;
    const uint high1 = mul_hi(counter.z, 0xCD9E8D57u), low1 = counter.z * 0xCD9E8D57u;
    counter = (uint4)(high1 ^ counter.y ^ key0, low1, high0 ^ counter.w ^ key1, low0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

// x, y: count elements. draw: 6.
kernel void dropout(
    global const float *x, ulong x_offset, global const float *draw, ulong draw_offset,
    global float *y, ulong y_offset, uint count, uint stream, uint threshold, float scale) {
  const uint start = get_global_id(0) * LANES;
  if (start >= count) return;
  draw += draw_offset;
  const uint key0 = draw_word(draw, 0), key1 = draw_word(draw, 2), step = draw_word(draw, 4);
  float factors[LANES];
  for (uint lane = 0; lane < LANES; lane += 4) {
    const uint4 words = random_block((start + lane) / 4, step, stream, key0, key1);
    factors[lane] = words.x >= threshold ? scale : 0.0f;
    factors[lane + 1] = words.y >= threshold ? scale : 0.0f;
    factors[lane + 2] = words.z >= threshold ? scale : 0.0f;
    factors[lane + 3] = words.w >= threshold ? scale : 0.0f;
  }
  const uint lanes = count - start;
  const floats factor = load_vector(factors);
  const floats value = load_lanes(x + x_offset + start, lanes, 0.0f);
  const floats kept = select((floats)(0.0f), value * factor, factor != 0.0f);
  store_lanes(kept, y + y_offset + start, lanes);
}
