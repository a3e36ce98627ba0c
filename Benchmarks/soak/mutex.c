// Shows ThreadSanitizer the locks that are waited for.
//
// Swift's Mutex is a word that names its owner. While nobody waits, the program changes it by an
// atomic operation of its own, which the sanitizer sees. A thread that waits spins in the standard
// library, or has the kernel make it the owner, and the sanitizer sees neither; it then takes all
// that the lock guards for a race:
//
//   thread 1   lock  write  unlock
//   thread 2   lock: waits ........ is the owner  write
//
// Loaded before the program, these stand in for the three functions of the library that wait or
// wake, and say what they do.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

// Of the sanitizer, where the program has it.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

#define HANDLE __attribute__((swift_context)) uint32_t *handle
#define METHOD __attribute__((swiftcall))

METHOD void lock_slow(uint32_t thread, HANDLE)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
METHOD bool try_lock_slow(HANDLE) __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
METHOD void unlock_slow(HANDLE) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

static bool call(uint32_t *handle, int operation) {
  long result;
  do {
    result = syscall(SYS_futex, handle, operation | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
  } while (result != 0 && (errno == EINTR || errno == EAGAIN));
  return result == 0;
}

METHOD void lock_slow(uint32_t thread, HANDLE) {
  (void)thread;
  if (!call(handle, FUTEX_LOCK_PI)) abort();
  if (__tsan_acquire) __tsan_acquire(handle);
}

METHOD bool try_lock_slow(HANDLE) {
  const bool isLocked = syscall(SYS_futex, handle, FUTEX_TRYLOCK_PI | FUTEX_PRIVATE_FLAG) == 0;
  if (isLocked && __tsan_acquire) __tsan_acquire(handle);
  return isLocked;
}

METHOD void unlock_slow(HANDLE) {
  if (__tsan_release) __tsan_release(handle);
  if (!call(handle, FUTEX_UNLOCK_PI)) abort();
}
