// Calls of Linux that Swift's own module of the C library leaves out.
#ifndef CLINUX_H
#define CLINUX_H

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

/// Takes a connection, non-blocking and closed on exec; `peer` may be null. Returns its descriptor,
/// or -1 with `errno` set.
int clinux_accept(int listener, struct sockaddr_storage *peer);

/// Names a thread, by at most 15 bytes.
void clinux_name_thread(pthread_t thread, const char *name);

/// Moves the calling thread to the class of threads that run only when a processor has nothing else
/// to do. Returns 0, or an error number.
int clinux_become_idle_class(void);

/// Asks for turns of the processor that are short and therefore come soon: a thread that wakes up
/// takes over from one with longer turns at once, instead of when that one's turn ends. Linux 6.12
/// and later heed it. Returns 0, or an error number.
int clinux_shorten_slice(uint64_t nanoseconds);

/// Keeps the calling thread on one processor. Returns 0, or an error number.
int clinux_pin_to_processor(int processor);

/// The number above that of every processor.
int clinux_processor_limit(void);

/// Whether the calling thread may run on a processor.
int clinux_may_run_on(int processor);

/// Lets the calling thread's timed waits end when they are due, not up to 50 us later, at the price
/// of more wake-ups. Returns 0, or an error number.
int clinux_sharpen_timers(void);

/// Gives the memory of the heap that nothing uses back to the system, where the C library can.
void clinux_trim_heap(void);

/// Tells the processor that the caller waits in a loop.
static inline void clinux_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
