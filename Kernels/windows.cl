// Windows of pictures and sequences, laid out for a product, and the adjoint.
//
//   x        rows x height x width x channels
//   windows  rows x down x along x (window_height window_width channels)
//
// Places outside of x hold zeros.

// windows: an item copies one window of a row.
kernel void copy_windows(
    global const float *x, ulong x_offset, global float *y, ulong y_offset, uint rows,
    uint height, uint window_height, uint stride_down, uint before_down, uint down, uint width,
    uint window_width, uint stride_along, uint before_along, uint along, uint channels) {
  const uint place = get_global_id(0);
  if (place >= rows * down * along) return;
  const uint2 line = divide(place, along);
  const uint2 row = divide(line.x, down);
  x += x_offset + (ulong)row.x * height * width * channels;
  y += y_offset + (ulong)place * window_height * window_width * channels;
  for (uint i = 0; i < window_height; ++i) {
    const uint top = row.y * stride_down + i;
    for (uint j = 0; j < window_width; ++j, y += channels) {
      const uint left = line.y * stride_along + j;
      if (top < before_down || top - before_down >= height || left < before_along ||
          left - before_along >= width) {
        fill_elements(y, channels, 0.0f);
      } else {
        const uint from = (top - before_down) * width + left - before_along;
        copy_elements(x + (ulong)from * channels, y, channels);
      }
    }
  }
}

// The adjoint: an item adds what all windows hold of one place of x, ascending.
kernel void add_windows(
    global const float *upstream, ulong upstream_offset, global float *y, ulong y_offset,
    uint rows, uint height, uint window_height, uint stride_down, uint before_down, uint down,
    uint width, uint window_width, uint stride_along, uint before_along, uint along,
    uint channels) {
  const uint place = get_global_id(0);
  if (place >= rows * height * width) return;
  const uint2 line = divide(place, width);
  const uint2 row = divide(line.x, height);
  const ulong count = (ulong)window_height * window_width * channels;
  upstream += upstream_offset + (ulong)row.x * down * along * count;
  y += y_offset + (ulong)place * channels;
  fill_elements(y, channels, 0.0f);
  const uint top = row.y + before_down, left = line.y + before_along;
  for (uint i = 0; i < down && i * stride_down <= top; ++i) {
    const uint dy = top - i * stride_down;
    if (dy >= window_height) continue;
    for (uint j = 0; j < along && j * stride_along <= left; ++j) {
      const uint dx = left - j * stride_along;
      if (dx >= window_width) continue;
      global const float *window = upstream + (ulong)(i * along + j) * count;
      add_multiple(window + (ulong)(dy * window_width + dx) * channels, 1.0f, y, channels);
    }
  }
}
