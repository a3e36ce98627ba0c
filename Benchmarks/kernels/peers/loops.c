// Times plain loops in C: whole nets as a floor, and what of a training step no library has.
//
// net/17-64-64-1/32    layer by layer, some rows at a time, sums in registers
// adam/1000x1          an Adam step of m x n parameters
// mask/256x64          a gradient through ReLU
// colsum/256x64        the sum of each column, the gradient of a bias
//
// usage: loops THREADS SECONDS WORK...     (one thread, whatever is asked for)
#include "bench.h"

typedef float vector __attribute__((vector_size(64), aligned(4)));

enum { LANES = 16, VECTORS = 4, BLOCK = LANES * VECTORS };

// y = relu(x W + b) of some rows, with the sums of 64 columns of each in registers.
#define LAYER(ROWS)                                                                            \
  static inline __attribute__((always_inline)) void layer_##ROWS(                              \
    const float *x, const float *weight, const float *bias, float *y, int inputs, int outputs  \
  ) {                                                                                          \
    for (int j = 0; j < outputs; j += BLOCK) {                                                 \
      vector sums[ROWS][VECTORS];                                                              \
      for (int row = 0; row < ROWS; row++)                                                     \
        for (int v = 0; v < VECTORS; v++)                                                      \
          sums[row][v] = *(const vector *)(bias + j + v * LANES);                              \
      for (int k = 0; k < inputs; k++) {                                                       \
        const float *from = weight + (size_t)k * outputs + j;                                  \
        for (int v = 0; v < VECTORS; v++) {                                                    \
          vector w = *(const vector *)(from + v * LANES);                                      \
          for (int row = 0; row < ROWS; row++) sums[row][v] += x[row * inputs + k] * w;        \
        }                                                                                      \
      }                                                                                        \
      for (int row = 0; row < ROWS; row++)                                                     \
        for (int v = 0; v < VECTORS; v++) {                                                    \
          vector sum = sums[row][v];                                                           \
          for (int lane = 0; lane < LANES; lane++) sum[lane] = sum[lane] > 0 ? sum[lane] : 0;  \
          *(vector *)(y + row * outputs + j + v * LANES) = sum;                                \
        }                                                                                      \
    }                                                                                          \
  }                                                                                            \
                                                                                               \
  static inline __attribute__((always_inline)) void net_##ROWS(                                \
    const struct net *net, const float *x, float *scores, int in, int first, int second        \
  ) {                                                                                          \
    float h1[ROWS * 512], h2[ROWS * 512];                                                      \
    layer_##ROWS(x, net->weights[0], net->biases[0], h1, in, first);                           \
    layer_##ROWS(h1, net->weights[1], net->biases[1], h2, first, second);                      \
    for (int row = 0; row < ROWS; row++) {                                                     \
      vector sums = {0};                                                                       \
      for (int k = 0; k < second; k += LANES)                                                  \
        sums += *(vector *)(h2 + row * second + k) * *(vector *)(net->weights[2] + k);         \
      float sum = net->biases[2][0];                                                           \
      for (int lane = 0; lane < LANES; lane++) sum += sums[lane];                              \
      scores[row] = 1 / (1 + expf(-sum));                                                      \
    }                                                                                          \
  }

LAYER(1)
LAYER(6)

static inline __attribute__((always_inline)) void score(
  struct net *net, const float *x, int in, int first, int second
) {
  int row = 0;
  for (; row + 6 <= net->rows; row += 6)
    net_6(net, x + row * in, net->scores + row, in, first, second);
  for (; row < net->rows; row++)
    net_1(net, x + row * in, net->scores + row, in, first, second);
}

static void score_small(void *context, size_t run) {
  score(context, net_batch(context, run), 17, 64, 64);
}

static void score_large(void *context, size_t run) {
  score(context, net_batch(context, run), 256, 512, 256);
}

// The operands of a loop over m x n numbers.
struct loop {
  int m, n;
  float *w, *g, *first, *second;
};

static void adam(void *context, size_t run) {
  (void)run;
  struct loop *loop = context;
  float *restrict w = loop->w, *restrict m = loop->first, *restrict v = loop->second;
  const float *restrict g = loop->g;
  for (int i = 0; i < loop->m * loop->n; i++) {
    m[i] = 0.9f * m[i] + 0.1f * g[i];
    v[i] = 0.999f * v[i] + 0.001f * (g[i] * g[i]);
    w[i] -= 1e-6f * (m[i] * 10) / (sqrtf(v[i] * 1000) + 1e-7f);
  }
}

static void mask(void *context, size_t run) {
  (void)run;
  struct loop *loop = context;
  float *restrict g = loop->g;
  const float *restrict y = loop->w;
  for (int i = 0; i < loop->m * loop->n; i++) g[i] = y[i] > 0 ? g[i] : 0;
}

static void column_sum(void *context, size_t run) {
  (void)run;
  struct loop *loop = context;
  float *restrict sums = loop->first;
  memset(sums, 0, (size_t)loop->n * 4);
  for (int i = 0; i < loop->m; i++)
    for (int j = 0; j < loop->n; j++) sums[j] += loop->g[(size_t)i * loop->n + j];
}

static void time_net(const struct work *work, double seconds) {
  struct net net = net_for(work);
  bool is_small = net.widths[0] == 17 && net.widths[1] == 64 && net.widths[2] == 64;
  bool is_large = net.widths[0] == 256 && net.widths[1] == 512 && net.widths[2] == 256;
  if (net.layers != 3 || net.widths[3] != 1 || !(is_small || is_large)) {
    fprintf(stderr, "no loops were written for %s\n", work->name);
    exit(2);
  }
  void (*call)(void *, size_t) = is_small ? score_small : score_large;
  call(&net, 0);
  measure(work->name, call, 0, &net, seconds, 5e-6, net_error(&net), 1e-5, "loops in C");
}

static void time_loop(const struct work *work, double seconds) {
  size_t count = (size_t)work->m * work->n;
  struct loop loop = {
    work->m, work->n, numbers(count, 2, 1), numbers(count, 1, 1), memory(count), memory(count)};
  void (*call)(void *, size_t) = !strcmp(work->kind, "adam") ? adam
    : !strcmp(work->kind, "mask") ? mask
                                  : column_sum;
  call(&loop, 0);
  measure(work->name, call, 0, &loop, seconds, 5e-6, 0, 0, "a loop in C");
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  for (int i = 3; i < count; i++) {
    struct work work = work_named(arguments[i]);
    if (!strcmp(work.kind, "net")) time_net(&work, atof(arguments[2]));
    else time_loop(&work, atof(arguments[2]));
  }
}
