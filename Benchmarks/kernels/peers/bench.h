// What all peers in C share: the made-up numbers, the clock, the check and the line of JSON.
// The same numbers, names of works and bounds as in the Swift program; see Work.swift there.
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_LAYERS 8

// A net's widths, or a product's extents and layout.
struct work {
  const char *name;
  char kind[16];           // sgemm, net, adam, ...
  char transposition[3];   // NN, NT, TN
  int m, n, k;             // of a product or of a loop over m x n
  int widths[MAX_LAYERS + 1];
  int layers, rows;        // of a net
};

struct product {
  int m, n, k;
  bool is_a_transposed, is_b_transposed;
  float *a, *b, *c;
};

struct net {
  int layers, rows;
  int widths[MAX_LAYERS + 1];
  float *weights[MAX_LAYERS], *biases[MAX_LAYERS];
  int batches;             // the rows of different calls, taken in turn
  float *features, *scores;
};

// The number at `index` of the sequence `seed`: a multiple of 2^-23 in -1 ..< 1.
static inline float number(size_t index, uint32_t seed) {
  uint32_t x = (uint32_t)index + seed * 0x9E3779B9u;
  x = (x ^ x >> 16) * 0x85EBCA6Bu;
  x = (x ^ x >> 13) * 0xC2B2AE35u;
  x ^= x >> 16;
  return (float)((int32_t)(x >> 8) - (1 << 23)) * 0x1p-23f;
}

static inline float *memory(size_t count) {
  float *values = aligned_alloc(64, (count * 4 + 127) / 64 * 64);
  if (!values) exit(1);
  memset(values, 0, count * 4);
  return values;
}

static inline float *numbers(size_t count, uint32_t seed, float scale) {
  float *values = memory(count);
  for (size_t i = 0; i < count; i++) values[i] = number(i, seed) * scale;
  return values;
}

// Reads "sgemm/NT/64x64x64", "net/17-64-64-1/32" or "adam/1000x1".
static inline struct work work_named(const char *name) {
  struct work work = {.name = name};
  char text[128];
  if (sscanf(name, "sgemm/%2[NT]/%dx%dx%d", work.transposition, &work.m, &work.n, &work.k) == 4) {
    strcpy(work.kind, "sgemm");
  } else if (sscanf(name, "%15[a-z]/%127[0-9-]/%d", work.kind, text, &work.rows) == 3) {
    work.layers = -1;
    for (char *part = strtok(text, "-"); part && work.layers < MAX_LAYERS; part = strtok(0, "-"))
      work.widths[++work.layers] = atoi(part);
  } else if (sscanf(name, "%15[a-z]/%dx%d", work.kind, &work.m, &work.n) < 1) {
    fprintf(stderr, "there is no work %s\n", name);
    exit(2);
  }
  return work;
}

static inline struct product product_for(const struct work *work) {
  struct product p = {
    .m = work->m, .n = work->n, .k = work->k,
    .is_a_transposed = work->transposition[0] == 'T',
    .is_b_transposed = work->transposition[1] == 'T',
  };
  p.a = numbers((size_t)p.m * p.k, 1, 1);
  p.b = numbers((size_t)p.k * p.n, 2, 1);
  p.c = memory((size_t)p.m * p.n);
  return p;
}

static inline void free_product(struct product *p) {
  free(p->a);
  free(p->b);
  free(p->c);
}

// The greatest error of 256 elements as a share of 2 k 2^-24 sum |a| |b|; above 1 it is wrong.
static inline double product_error(const struct product *p) {
  double worst = 0;
  for (size_t sample = 0; sample < 256; sample++) {
    size_t row = sample * 7919 % p->m, column = sample * 104729 % p->n;
    double sum = 0, magnitude = 0;
    for (size_t i = 0; i < (size_t)p->k; i++) {
      double a = p->is_a_transposed ? p->a[i * p->m + row] : p->a[row * p->k + i];
      double b = p->is_b_transposed ? p->b[column * p->k + i] : p->b[i * p->n + column];
      sum += a * b;
      magnitude += fabs(a * b);
    }
    double share = fabs(p->c[row * p->n + column] - sum) / (2.0 * p->k * 0x1p-24 * magnitude);
    if (!(share <= worst)) worst = share;
  }
  return worst;
}

static inline struct net net_for(const struct work *work) {
  struct net net = {.layers = work->layers, .rows = work->rows};
  memcpy(net.widths, work->widths, sizeof net.widths);
  for (int layer = 0; layer < net.layers; layer++) {
    int inputs = net.widths[layer], outputs = net.widths[layer + 1];
    float scale = (float)sqrt(6.0 / (inputs + outputs));
    net.weights[layer] = numbers((size_t)inputs * outputs, 10 + 2 * layer, scale);
    net.biases[layer] = numbers(outputs, 11 + 2 * layer, 0.1f);
  }
  net.batches = net.rows * 16 <= 4096 ? 16 : 1;
  net.features = numbers((size_t)net.rows * net.batches * net.widths[0], 1, sqrtf(3));
  net.scores = memory((size_t)net.rows * net.widths[net.layers]);
  return net;
}

static inline float *net_batch(const struct net *net, size_t run) {
  return net->features + run % net->batches * net->rows * net->widths[0];
}

// The greatest difference of 64 rows of the first batch from double precision.
static inline double net_error(const struct net *net) {
  double worst = 0;
  int step = net->rows / 64 > 1 ? net->rows / 64 : 1, last = net->widths[net->layers];
  for (int row = 0; row < net->rows; row += step) {
    double values[2][4096];
    for (int i = 0; i < net->widths[0]; i++)
      values[0][i] = net->features[(size_t)row * net->widths[0] + i];
    for (int layer = 0; layer < net->layers; layer++) {
      double *from = values[layer % 2], *to = values[(layer + 1) % 2];
      int inputs = net->widths[layer], outputs = net->widths[layer + 1];
      for (int j = 0; j < outputs; j++) {
        double sum = net->biases[layer][j];
        for (int i = 0; i < inputs; i++)
          sum += from[i] * net->weights[layer][(size_t)i * outputs + j];
        to[j] = layer + 1 == net->layers ? 1 / (1 + exp(-sum)) : sum > 0 ? sum : 0;
      }
    }
    for (int j = 0; j < last; j++) {
      double apart = fabs(net->scores[(size_t)row * last + j] - values[net->layers % 2][j]);
      if (!(apart <= worst)) worst = apart;
    }
  }
  return worst;
}

static inline double seconds_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static inline int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// Times `call` in groups of `group_seconds` at least, each ended by `wait` where there is one. It
// has been called once before, for its answer.
static inline void measure(
  const char *name, void (*call)(void *, size_t), void (*wait)(void *), void *context,
  double seconds, double group_seconds, double error, double bound, const char *info
) {
  size_t run = 1, calls = 1, count = 0, capacity = 1 << 20;
  double *samples = malloc(capacity * sizeof *samples), end = 0;
  bool was_long = false;
  do {
    double start = seconds_now();
    for (size_t i = 0; i < calls; i++) call(context, run++);
    if (wait) wait(context);
    double now = seconds_now(), spent = now - start;
    if (end == 0) {
      if (spent < group_seconds && calls < 1 << 20) {
        calls *= 2;
        was_long = false;
        continue;
      }
      // An interruption makes a short group look long: it must be so twice, or by far.
      if (spent < 20 * group_seconds && !was_long) {
        was_long = true;
        continue;
      }
      end = now + seconds;
    }
    samples[count++] = spent / (double)calls * 1e6;
  } while (count == 0 || (count < capacity && seconds_now() < end));
  qsort(samples, count, sizeof *samples, ascending);
  if (!isfinite(error)) error = 1e300;
  printf(
    "{\"work\": \"%s\", \"us\": %.6g, \"us_low\": %.6g, \"us_p99\": %.6g, \"samples\": %zu, "
    "\"group\": %zu, \"error\": %.4g, \"bound\": %.4g, \"info\": \"%s\"}\n",
    name, samples[count / 2], samples[0], samples[count * 99 / 100], count, calls, error, bound,
    info);
  fflush(stdout);
  free(samples);
}
