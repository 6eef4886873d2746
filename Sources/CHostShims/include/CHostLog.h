// The kernel's log: `klogctl` is not among what Swift sees of the C library.
#pragma once
#include <sys/klog.h>

/// Bytes of the kernel's log buffer, or -1. *The corresponding C function is* `klogctl(SYSLOG_ACTION_SIZE_BUFFER)`.
static inline int chost_kernel_log_size(void) { return klogctl(10, 0, 0); }

/// Copies the newest `size` bytes of the log. Returns how many there are, or -1 without the right to read it.
/// *The corresponding C function is* `klogctl(SYSLOG_ACTION_READ_ALL)`.
static inline int chost_kernel_log(void *bytes, int size) { return klogctl(3, (char *)bytes, size); }
