// The net of the benchmark: dense layers, ReLU between them, a sigmoid at the end.
//
// The file: the number of layers, then the width of the input and of each layer, as 32-bit
// integers; then for each layer the weights, an input's row after the other, and the biases.
#ifndef NET_H
#define NET_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { net_layers_at_most = 8, net_width_at_most = 256 };

typedef struct {
  int layers;
  int width[net_layers_at_most + 1];
  float *weights[net_layers_at_most];
  float *biases[net_layers_at_most];
} net_t;

static inline float *net_numbers(FILE *file, size_t count) {
  float *numbers = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
  if (!numbers || fread(numbers, sizeof(float), count, file) != count) {
    fputs("the file of the net is too short\n", stderr);
    exit(65);
  }
  return numbers;
}

/// Reads a net, or ends the program.
static inline net_t net_read(const char *path) {
  net_t net = {0};
  FILE *file = fopen(path, "rb");
  int32_t layers = 0, width[net_layers_at_most + 1] = {0};
  if (!file || fread(&layers, 4, 1, file) != 1 || layers < 1 || layers > net_layers_at_most ||
      fread(width, 4, layers + 1, file) != (size_t)layers + 1) {
    fprintf(stderr, "%s is not the file of a net\n", path);
    exit(65);
  }
  net.layers = layers;
  for (int layer = 0; layer <= layers; layer++) {
    if (width[layer] < 1 || width[layer] > net_width_at_most) exit(65);
    net.width[layer] = width[layer];
  }
  for (int layer = 0; layer < layers; layer++) {
    net.weights[layer] = net_numbers(file, (size_t)width[layer] * width[layer + 1]);
    net.biases[layer] = net_numbers(file, width[layer + 1]);
  }
  fclose(file);
  return net;
}

/// Scores one row.
static inline float net_score(const net_t *net, const float *row) {
  float values[2][net_width_at_most];
  const float *input = row;
  for (int layer = 0; layer < net->layers; layer++) {
    int inputs = net->width[layer], units = net->width[layer + 1];
    float *output = values[layer & 1];
    memcpy(output, net->biases[layer], units * sizeof(float));
    for (int i = 0; i < inputs; i++) {
      const float *weights = net->weights[layer] + (size_t)i * units;
      for (int unit = 0; unit < units; unit++) output[unit] += input[i] * weights[unit];
    }
    if (layer + 1 < net->layers) {
      for (int unit = 0; unit < units; unit++) output[unit] = output[unit] > 0 ? output[unit] : 0;
    }
    input = output;
  }
  return 1 / (1 + expf(-input[0]));
}

#endif
