// A fixed pool of threads that share the indices of one loop at a time.
//
// The caller works too. A worker spins for a few microseconds after a loop, since the next step
// of a plan follows at once, and then sleeps: an idle pool costs nothing. Indices are handed out
// by a counter, so which thread computes what may vary; no result depends on it.
#include "CSIMD.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SPINS 4000

struct apus_pool {
  size_t workers;
  pthread_t *threads;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  atomic_flag busy;
  atomic_size_t generation;  // of the current loop
  atomic_size_t next;        // the next index to hand out
  atomic_size_t working;     // workers that have not finished the current loop
  atomic_bool stopping;
  size_t count;
  void (*task)(const void *, size_t);
  const void *context;
};

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  __asm__ volatile("yield");
#endif
}

static void work(apus_pool *pool) {
  for (;;) {
    const size_t index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (index >= pool->count) return;
    pool->task(pool->context, index);
  }
}

static size_t await_loop(apus_pool *pool, size_t seen) {
  for (int spin = 0; spin < SPINS; spin++) {
    const size_t now = atomic_load_explicit(&pool->generation, memory_order_acquire);
    if (now != seen) return now;
    relax();
  }
  pthread_mutex_lock(&pool->mutex);
  size_t now;
  while ((now = atomic_load_explicit(&pool->generation, memory_order_acquire)) == seen) {
    pthread_cond_wait(&pool->wake, &pool->mutex);
  }
  pthread_mutex_unlock(&pool->mutex);
  return now;
}

static void *worker(void *argument) {
  apus_pool *pool = argument;
  size_t seen = 0;
  for (;;) {
    seen = await_loop(pool, seen);
    if (atomic_load_explicit(&pool->stopping, memory_order_relaxed)) return NULL;
    work(pool);
    atomic_fetch_sub_explicit(&pool->working, 1, memory_order_release);
  }
}

static void start_loop(apus_pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add_explicit(&pool->generation, 1, memory_order_release);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
}

apus_pool *apus_pool_create(size_t threads) {
  apus_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  const size_t wanted = threads > 1 ? threads - 1 : 0;
  pool->threads = calloc(wanted + 1, sizeof *pool->threads);
  if (!pool->threads) {
    free(pool);
    return NULL;
  }
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  atomic_flag_clear(&pool->busy);
  while (pool->workers < wanted) {
    if (pthread_create(&pool->threads[pool->workers], NULL, worker, pool) != 0) {
      apus_pool_destroy(pool);
      return NULL;
    }
    pool->workers++;
  }
  return pool;
}

void apus_pool_destroy(apus_pool *pool) {
  atomic_store(&pool->stopping, true);
  start_loop(pool);
  for (size_t i = 0; i < pool->workers; i++) pthread_join(pool->threads[i], NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->threads);
  free(pool);
}

void apus_pool_run(apus_pool *pool, size_t count, void (*task)(const void *, size_t),
                   const void *context) {
  // A pool that serves another caller just now is not waited for: this caller works alone.
  if (!pool || pool->workers == 0 || count < 2 ||
      atomic_flag_test_and_set_explicit(&pool->busy, memory_order_acquire)) {
    for (size_t index = 0; index < count; index++) task(context, index);
    return;
  }
  pool->count = count;
  pool->task = task;
  pool->context = context;
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->working, pool->workers, memory_order_relaxed);
  start_loop(pool);
  work(pool);
  while (atomic_load_explicit(&pool->working, memory_order_acquire) != 0) relax();
  atomic_flag_clear_explicit(&pool->busy, memory_order_release);
}
