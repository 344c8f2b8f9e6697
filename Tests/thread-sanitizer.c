// Tells the thread sanitizer of the handovers of Swift's Mutex that it does not see.
//
// The compiler puts the quick ways of a Mutex into the caller, where the sanitizer watches them. Where
// two threads meet, the slow ways in libswiftSynchronization.so go on, which is not instrumented, and
// there the kernel passes the mutex on (FUTEX_LOCK_PI): without a word about it, everything behind a
// much used mutex is reported as a race. This library is loaded before the runtime's; it calls the
// runtime's functions and says what they have done. Nothing has to be suppressed then.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Not there in the other processes of a test run, which are not watched.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

// _MutexHandle._lockSlow(_: UInt32) and _MutexHandle._unlockSlow()
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK_SLOW);

static SWIFT void (*runtime_lock_slow)(uint32_t thread, SELF void *mutex);
static SWIFT void (*runtime_unlock_slow)(SELF void *mutex);

__attribute__((constructor)) static void find_the_runtime(void) {
    *(void **)&runtime_lock_slow = dlsym(RTLD_NEXT, LOCK_SLOW);
    *(void **)&runtime_unlock_slow = dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
    runtime_lock_slow(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    runtime_unlock_slow(mutex);
}
