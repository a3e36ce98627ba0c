#define _GNU_SOURCE
#include "CAllocations.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static _Atomic uint64_t count;
static _Atomic unsigned generation;
static char prefix[16];
static _Thread_local unsigned known_generation;
static _Thread_local int is_watched;

int callocations_are_counted(void) {
#if defined(SANITIZED)
  return 0;
#else
  return 1;
#endif
}

void callocations_watch(const char *name) {
  strncpy(prefix, name, sizeof prefix - 1);
  atomic_fetch_add(&generation, 1);
}

void callocations_start(void) { atomic_store(&count, 0); }

uint64_t callocations_count(void) { return atomic_load(&count); }

#if !defined(SANITIZED)
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

/// A thread learns once per watch whether it is meant: its name is a system call away.
static void note(void) {
  unsigned now = atomic_load_explicit(&generation, memory_order_relaxed);
  if (now == 0) return;
  if (known_generation != now) {
    char name[16] = {0};
    prctl(PR_GET_NAME, name);
    is_watched = strncmp(name, prefix, strlen(prefix)) == 0;
    known_generation = now;
  }
  if (is_watched) atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

void *calloc(size_t members, size_t size) {
  note();
  return __libc_calloc(members, size);
}

void *realloc(void *memory, size_t size) {
  note();
  return __libc_realloc(memory, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  note();
  *memory = __libc_memalign(alignment, size);
  return *memory == NULL ? 12 : 0;
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
#endif
