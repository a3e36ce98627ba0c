// A fixed pool of threads that share the indices of one loop at a time.
//
// The caller works too, and waits for nothing but the indices that workers have claimed: a worker
// that sleeps through a loop holds nobody up. A worker spins for a few microseconds after a loop,
// since the next step of a plan follows at once, and then sleeps: an idle pool costs nothing. Which
// thread computes which index may vary; no result depends on it.
//
//   ticket   | generation of the loop: 32 bits | next index to claim: 32 bits |
//
// An index is claimed by exchanging the ticket for its successor. A loop's fields change only while
// the ticket is closed, so an exchange that succeeds proves that the fields read before it belong
// to the ticket's loop.
#include "CSIMD.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SPINS 4000
#define CLOSED UINT32_MAX

typedef void (*task_function)(const void *, size_t, size_t);

struct apus_pool {
  size_t workers;
  pthread_t *threads;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  atomic_flag busy;
  atomic_bool stopping;
  atomic_size_t started;  // workers that have taken their number
  atomic_uint_fast64_t ticket;
  atomic_size_t done;  // indices of the current loop that are computed
  atomic_size_t count;
  _Atomic(task_function) task;
  _Atomic(const void *) context;
};

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  __asm__ volatile("yield");
#endif
}

static uint32_t index_of(uint64_t ticket) { return (uint32_t)ticket; }

static uint32_t generation_of(apus_pool *pool) {
  return (uint32_t)(atomic_load_explicit(&pool->ticket, memory_order_acquire) >> 32);
}

// Computes indices of the current loop until none is left.
static void work(apus_pool *pool, size_t thread) {
  uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
  for (;;) {
    const size_t count = atomic_load_explicit(&pool->count, memory_order_relaxed);
    const task_function task = atomic_load_explicit(&pool->task, memory_order_relaxed);
    const void *context = atomic_load_explicit(&pool->context, memory_order_relaxed);
    // Pairs with the fence of apus_pool_run: whoever saw a new field sees the closed ticket too.
    atomic_thread_fence(memory_order_acquire);
    if (index_of(ticket) >= count) return;
    if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket + 1,
                                               memory_order_acq_rel, memory_order_acquire)) {
      continue;
    }
    task(context, index_of(ticket), thread);
    atomic_fetch_add_explicit(&pool->done, 1, memory_order_release);
    ticket++;
  }
}

// Waits for a loop of another generation than `seen`, or for the end, and returns its generation.
static uint32_t await_loop(apus_pool *pool, uint32_t seen) {
  for (int spin = 0; spin < SPINS; spin++) {
    const uint32_t now = generation_of(pool);
    if (now != seen) return now;
    relax();
  }
  pthread_mutex_lock(&pool->mutex);
  uint32_t now;
  while ((now = generation_of(pool)) == seen &&
         !atomic_load_explicit(&pool->stopping, memory_order_relaxed)) {
    pthread_cond_wait(&pool->wake, &pool->mutex);
  }
  pthread_mutex_unlock(&pool->mutex);
  return now;
}

static void *worker(void *argument) {
  apus_pool *pool = argument;
  const size_t thread = 1 + atomic_fetch_add(&pool->started, 1);
  uint32_t seen = 0;
  while (!atomic_load_explicit(&pool->stopping, memory_order_relaxed)) {
    seen = await_loop(pool, seen);
    work(pool, thread);
  }
  return NULL;
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
  atomic_store(&pool->ticket, CLOSED);
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
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->stopping, true);
  // A generation without an index, so that spinning workers look up too.
  atomic_fetch_add(&pool->ticket, (uint64_t)1 << 32);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
  for (size_t i = 0; i < pool->workers; i++) pthread_join(pool->threads[i], NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->threads);
  free(pool);
}

size_t apus_pool_threads(const apus_pool *pool) { return pool ? pool->workers + 1 : 1; }

void apus_pool_run(apus_pool *pool, size_t count, task_function task, const void *context) {
  // A pool that serves another caller just now is not waited for: this caller works alone.
  if (!pool || pool->workers == 0 || count < 2 || count >= CLOSED ||
      atomic_flag_test_and_set_explicit(&pool->busy, memory_order_acquire)) {
    for (size_t index = 0; index < count; index++) task(context, index, 0);
    return;
  }
  const uint64_t last = atomic_load_explicit(&pool->ticket, memory_order_relaxed);
  const uint64_t loop = ((last >> 32) + 1) << 32;
  atomic_store_explicit(&pool->ticket, last | CLOSED, memory_order_relaxed);
  atomic_thread_fence(memory_order_release);
  atomic_store_explicit(&pool->count, count, memory_order_relaxed);
  atomic_store_explicit(&pool->task, task, memory_order_relaxed);
  atomic_store_explicit(&pool->context, context, memory_order_relaxed);
  atomic_store_explicit(&pool->done, 0, memory_order_relaxed);

  // Under the mutex, so that no worker goes to sleep between its look and the signal.
  pthread_mutex_lock(&pool->mutex);
  atomic_store_explicit(&pool->ticket, loop, memory_order_release);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);

  work(pool, 0);
  for (int spin = 0; atomic_load_explicit(&pool->done, memory_order_acquire) != count; spin++) {
    if (spin < SPINS) relax();
    else sched_yield();
  }
  atomic_flag_clear_explicit(&pool->busy, memory_order_release);
}
