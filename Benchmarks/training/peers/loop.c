// Trains a net of dense layers row by row: what a plain loop, a compiler and one thread can do.
//
// usage: loop FILE ROWS INPUTS,UNITS,UNITS BATCH rmsprop|adam mse|bce EPOCHS
// Prints one JSON line: the seconds of each epoch, and the mean loss after the last.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LAYERS 3

// One layer: weights are inputs x outputs. The slots are those of RMSprop and Adam.
struct layer {
  int inputs, outputs;
  float *parameters, *gradients, *first, *second;  // weights, then biases
  float *output, *upstream;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static uint64_t draw(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static float *zeros(int count) { return calloc((size_t)count + 16, sizeof(float)); }

static int parameter_count(const struct layer *l) { return (l->inputs + 1) * l->outputs; }

static void forward(const struct layer *l, const float *x, int last) {
  const int n = l->outputs;
  const float *w = l->parameters, *bias = w + l->inputs * n;
  float *restrict y = l->output;
  if (n == 1) {
    float sum = bias[0];
    for (int i = 0; i < l->inputs; i++) sum += x[i] * w[i];
    y[0] = last ? sum : fmaxf(sum, 0);
    return;
  }
  memcpy(y, bias, (size_t)n * sizeof *y);
  int i = 0;
  for (; i + 4 <= l->inputs; i += 4) {
    const float *r = w + i * n;
    for (int j = 0; j < n; j++) {
      y[j] += x[i] * r[j] + x[i + 1] * r[n + j] + x[i + 2] * r[2 * n + j] + x[i + 3] * r[3 * n + j];
    }
  }
  for (; i < l->inputs; i++) {
    for (int j = 0; j < n; j++) y[j] += x[i] * w[i * n + j];
  }
  if (!last) {
    for (int j = 0; j < n; j++) y[j] = fmaxf(y[j], 0);
  }
}

// Adds a row's gradients, and leaves those of the layer's inputs in `below` where there is a layer.
static void backward(struct layer *l, const float *x, struct layer *below) {
  const int n = l->outputs;
  const float *restrict d = l->upstream;
  for (int i = 0; i < l->inputs; i++) {
    const float *restrict w = l->parameters + i * n;
    float *restrict g = l->gradients + i * n;
    const float xi = x[i];
    float sum = 0;
    for (int j = 0; j < n; j++) {
      sum += w[j] * d[j];
      g[j] += xi * d[j];
    }
    if (below) below->upstream[i] = xi > 0 ? sum : 0;
  }
  float *restrict g = l->gradients + l->inputs * n;
  for (int j = 0; j < n; j++) g[j] += d[j];
}

static void update(struct layer *l, int is_adam, long step) {
  const int count = parameter_count(l);
  float *restrict w = l->parameters, *restrict g = l->gradients;
  float *restrict m = l->first, *restrict v = l->second;
  if (is_adam) {
    const float first = 1 / (1 - powf(0.9f, (float)step));
    const float second = 1 / (1 - powf(0.999f, (float)step));
    for (int i = 0; i < count; i++) {
      m[i] += 0.1f * (g[i] - m[i]);
      v[i] += 0.001f * (g[i] * g[i] - v[i]);
      w[i] -= 0.001f * m[i] * first / (sqrtf(v[i] * second) + 1e-7f);
    }
  } else {
    for (int i = 0; i < count; i++) {
      v[i] += 0.1f * (g[i] * g[i] - v[i]);
      w[i] -= 0.001f * g[i] / (sqrtf(v[i]) + 1e-7f);
    }
  }
  memset(g, 0, (size_t)count * sizeof *g);
}

int main(int argc, char **argv) {
  if (argc != 8) return 2;
  const int rows = atoi(argv[2]), batch = atoi(argv[4]), epochs = atoi(argv[7]);
  const int is_adam = strcmp(argv[5], "adam") == 0, is_bce = strcmp(argv[6], "bce") == 0;
  int widths[LAYERS + 1] = {0, 0, 0, 1};
  if (sscanf(argv[3], "%d,%d,%d", &widths[0], &widths[1], &widths[2]) != 3) return 2;
  struct layer layers[LAYERS];
  for (int k = 0; k < LAYERS; k++) {
    struct layer *l = &layers[k];
    *l = (struct layer){.inputs = widths[k], .outputs = widths[k + 1]};
    const int count = parameter_count(l);
    l->parameters = zeros(count), l->gradients = zeros(count);
    l->first = zeros(count), l->second = zeros(count);
    l->output = zeros(l->outputs), l->upstream = zeros(l->outputs);
    const float limit = sqrtf(6.0f / (float)(l->inputs + l->outputs));
    for (int i = 0; i < l->inputs * l->outputs; i++) {
      l->parameters[i] = ((float)(draw() >> 40) / 8388608 - 1) * limit;
    }
  }
  float *x = zeros(rows * widths[0]), *targets = zeros(rows);
  FILE *file = fopen(argv[1], "rb");
  const size_t features = (size_t)rows * (size_t)widths[0];
  if (!file || fread(x, 4, features, file) != features ||
      fread(targets, 4, (size_t)rows, file) != (size_t)rows) {
    return 3;
  }
  int *order = malloc((size_t)rows * sizeof *order);
  for (int i = 0; i < rows; i++) order[i] = i;

  long step = 0;
  printf("{\"epochs\": [");
  for (int epoch = 0; epoch < epochs; epoch++) {
    const double start = now();
    for (int i = rows - 1; i > 0; i--) {
      const int j = (int)(draw() % (uint64_t)(i + 1)), kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    for (int first = 0; first < rows; first += batch) {
      const int count = rows - first < batch ? rows - first : batch;
      for (int r = 0; r < count; r++) {
        const float *row = x + order[first + r] * widths[0];
        for (int k = 0; k < LAYERS; k++) {
          forward(&layers[k], k == 0 ? row : layers[k - 1].output, k == LAYERS - 1);
        }
        const float z = layers[LAYERS - 1].output[0], target = targets[order[first + r]];
        layers[LAYERS - 1].upstream[0] =
            (is_bce ? 1 / (1 + expf(-z)) - target : 2 * (z - target)) / (float)count;
        for (int k = LAYERS - 1; k >= 0; k--) {
          backward(&layers[k], k == 0 ? row : layers[k - 1].output, k == 0 ? NULL : &layers[k - 1]);
        }
      }
      step++;
      for (int k = 0; k < LAYERS; k++) update(&layers[k], is_adam, step);
    }
    printf("%s%.6f", epoch ? ", " : "", now() - start);
  }
  double loss = 0;
  for (int r = 0; r < rows; r++) {
    for (int k = 0; k < LAYERS; k++) {
      forward(&layers[k], k == 0 ? x + r * widths[0] : layers[k - 1].output, k == LAYERS - 1);
    }
    const double z = layers[LAYERS - 1].output[0], error = z - targets[r];
    loss += is_bce ? fmax(z, 0) + log1p(exp(-fabs(z))) - targets[r] * z : error * error;
  }
  printf("], \"loss\": %.6f}\n", loss / rows);
  return 0;
}
