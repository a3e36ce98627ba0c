// Finds what one and more cores can do at most: multiply-adds, and reads from each level of memory.
//
// usage: roofline THREADS SECONDS     one line of JSON; thread i is pinned to the i-th allowed CPU
#define _GNU_SOURCE
#include <immintrin.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "bench.h"

enum { LEVELS = 4, FIGURES = 2 + LEVELS, MAX_THREADS = 64 };

static const char *const figure_names[FIGURES] = {"fma512", "fma256", "L1", "L2", "L3", "memory"};

struct thread {
  int cpu, count;
  double seconds;
  pthread_barrier_t *barrier;
  double best[FIGURES];
};

// Enough independent chains to cover the latency, few enough for the registers.
__attribute__((target("avx512f"))) static void fma512(long times) {
  __m512 sums[24], factor = _mm512_set1_ps(0.5f);
#pragma GCC unroll 24
  for (int i = 0; i < 24; i++) sums[i] = _mm512_set1_ps((float)i);
  for (long time = 0; time < times; time++) {
#pragma GCC unroll 24
    for (int i = 0; i < 24; i++) {
      sums[i] = _mm512_fmadd_ps(sums[i], factor, factor);
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
}

__attribute__((target("avx2,fma"))) static void fma256(long times) {
  __m256 sums[12], factor = _mm256_set1_ps(0.5f);
#pragma GCC unroll 12
  for (int i = 0; i < 12; i++) sums[i] = _mm256_set1_ps((float)i);
  for (long time = 0; time < times; time++) {
#pragma GCC unroll 12
    for (int i = 0; i < 12; i++) {
      sums[i] = _mm256_fmadd_ps(sums[i], factor, factor);
      __asm__ volatile("" : "+x"(sums[i]));
    }
  }
}

// Reads all, a cache line by each of eight chains.
static void read_all(const char *bytes, size_t count) {
  typedef float line __attribute__((vector_size(64)));
  static _Thread_local line sums[8];
  line local[8];
  memcpy(local, sums, sizeof sums);
  for (size_t at = 0; at < count; at += 512) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) local[i] += *(const line *)(bytes + at + 64 * i);
  }
  memcpy(sums, local, sizeof sums);
  __asm__ volatile("" ::: "memory");
}

static size_t cache_bytes(int name, size_t otherwise) {
  long bytes = sysconf(name);
  return bytes > 0 ? (size_t)bytes : otherwise;
}

// What a thread reads to stay in a level: half of what is its own; of a last level that a whole
// socket may share, several times the level above it.
static size_t level_bytes(int level, int threads) {
  size_t first = cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 32 << 10);
  size_t second = cache_bytes(_SC_LEVEL2_CACHE_SIZE, 512 << 10);
  size_t last = cache_bytes(_SC_LEVEL3_CACHE_SIZE, 16 << 20);
  switch (level) {
    case 0: return first / 2;
    case 1: return second / 2;
    case 2: return (last * 3 / 8 < second * 6 ? last * 3 / 8 : second * 6) / threads;
    default: return (last * 8 < (size_t)1 << 30 ? last * 8 : (size_t)1 << 30) / threads;
  }
}

// The best rate of several short runs that all threads begin together.
static double best_rate(struct thread *thread, int figure, const char *bytes, size_t count) {
  double best = 0, end = 0;
  long times = figure < 2 ? 100000 : 1;
  double work = figure == 0 ? 24 * 32e-9 : figure == 1 ? 12 * 16e-9 : (double)count * 1e-9;
  pthread_barrier_wait(thread->barrier);
  for (end = seconds_now() + thread->seconds; seconds_now() < end;) {
    double start = seconds_now();
    if (figure == 0) fma512(times);
    else if (figure == 1) fma256(times);
    else for (long time = 0; time < times; time++) read_all(bytes, count);
    double spent = seconds_now() - start;
    if (spent < 1e-3) {
      times *= 2;
      continue;
    }
    double rate = work * (double)times / spent;
    if (rate > best) best = rate;
  }
  return best;
}

static void *run(void *pointer) {
  struct thread *thread = pointer;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(thread->cpu, &cpus);
  pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
  for (int figure = 0; figure < FIGURES; figure++) {
    if (figure == 0 && !__builtin_cpu_supports("avx512f")) continue;
    if (figure == 1 && !__builtin_cpu_supports("fma")) continue;
    size_t count = figure < 2 ? 0 : level_bytes(figure - 2, thread->count);
    char *bytes = count ? aligned_alloc(4096, (count + 8191) / 4096 * 4096) : 0;
    if (bytes) memset(bytes, 0, count + 512);
    thread->best[figure] = best_rate(thread, figure, bytes, count / 512 * 512);
    free(bytes);
  }
  return 0;
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  int threads = atoi(arguments[1]);
  if (threads < 1 || threads > MAX_THREADS) return 2;
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, 0, (unsigned)threads);
  pthread_t handles[MAX_THREADS];
  static struct thread all[MAX_THREADS];
  for (int i = 0, cpu = -1; i < threads; i++) {
    do cpu++;
    while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &allowed));
    all[i] = (struct thread){cpu, threads, atof(arguments[2]), &barrier, {0}};
    pthread_create(&handles[i], 0, run, &all[i]);
  }
  for (int i = 0; i < threads; i++) pthread_join(handles[i], 0);
  for (int figure = 0; figure < FIGURES; figure++) {
    double sum = 0;
    for (int i = 0; i < threads; i++) sum += all[i].best[figure];
    printf("%s\"%s\": %.5g", figure ? ", " : "{", figure_names[figure], sum);
  }
  printf("}\n");
}
