// Only here: in the header it would change the C library as Swift sees it.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int clinux_become_idle_class(void) {
  struct sched_param parameters = {.sched_priority = 0};
  return sched_setscheduler(0, SCHED_IDLE, &parameters) == 0 ? 0 : errno;
}

int clinux_shorten_slice(uint64_t nanoseconds) {
  // Of threads of other classes a slice means something else.
  if (sched_getscheduler(0) != SCHED_OTHER) return EINVAL;
  // The C library has no function for it, and the system's header is at odds with its own.
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {.size = sizeof attributes,
                  .policy = SCHED_OTHER,
                  .nice = getpriority(PRIO_PROCESS, 0),
                  .runtime = nanoseconds};
  return syscall(SYS_sched_setattr, 0, &attributes, 0U) == 0 ? 0 : errno;
}

int clinux_pin_to_processor(int processor) {
  if (processor < 0 || processor >= CPU_SETSIZE) return EINVAL;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(processor, &processors);
  return sched_setaffinity(0, sizeof processors, &processors) == 0 ? 0 : errno;
}

int clinux_processor_limit(void) { return CPU_SETSIZE; }

int clinux_may_run_on(int processor) {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return 0;
  return processor >= 0 && processor < CPU_SETSIZE && CPU_ISSET(processor, &processors);
}

int clinux_accept(int listener, struct sockaddr_storage *peer) {
  socklen_t length = sizeof *peer;
  return accept4(listener, (struct sockaddr *)peer, peer ? &length : 0,
                 SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void clinux_name_thread(pthread_t thread, const char *name) { pthread_setname_np(thread, name); }

int clinux_sharpen_timers(void) {
  return prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL) == 0 ? 0 : errno;
}

void clinux_trim_heap(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}
