#define _GNU_SOURCE
#include "CAllocations.h"

#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

enum { deepest = 32 };

static _Atomic unsigned long count;
static void *stack[deepest];
static _Atomic int depth;
static _Thread_local int is_watched;

int callocations_are_counted(void) {
#if defined(SANITIZED)
  return 0;
#else
  return 1;
#endif
}

void callocations_watch_this_thread(void) { is_watched = 1; }

void callocations_start(void) {
  // The first call loads a library, for which it allocates.
  void *frame;
  backtrace(&frame, 1);
  atomic_store(&depth, 0);
  atomic_store(&count, 0);
}

unsigned long callocations_count(void) { return atomic_load(&count); }

void callocations_print_first(void) { backtrace_symbols_fd(stack, depth, STDERR_FILENO); }

#if !defined(SANITIZED)
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static void note(void) {
  if (!is_watched) return;
  if (atomic_fetch_add_explicit(&count, 1, memory_order_relaxed) != 0) return;
  is_watched = 0;
  depth = backtrace(stack, deepest);
  is_watched = 1;
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
  void *taken = __libc_memalign(alignment, size);
  if (taken == NULL) return ENOMEM;
  *memory = taken;
  return 0;
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
#endif
