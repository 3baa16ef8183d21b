// Tells ThreadSanitizer of Swift's Mutex.
//
// On Linux a Mutex that is contended is taken and given in libswiftSynchronization, by futexes, which
// ThreadSanitizer does not see: it then reports a race for whatever the Mutex guards, also in a
// program of ten lines. This library is preloaded into the tests by `deploy/test --sanitize`; it
// stands before the two functions of Swift 6.3 and says what they do. A Mutex that is not contended
// is taken in the program's own code, which ThreadSanitizer sees.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SELF __attribute__((swift_context)) void *
#define SWIFT __attribute__((swiftcall))
// _MutexHandle._lockSlow(UInt32) and _MutexHandle._unlockSlow(), as Swift mangles them.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Weak: programs without ThreadSanitizer, such as `swift test` itself, are preloaded too.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void lock(uint32_t thread, SELF handle) __asm__(LOCK);
SWIFT void unlock(SELF handle) __asm__(UNLOCK);

SWIFT void lock(uint32_t thread, SELF handle) {
  ((SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK))(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock(SELF handle) {
  if (__tsan_release) __tsan_release(handle);
  ((SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK))(handle);
}
