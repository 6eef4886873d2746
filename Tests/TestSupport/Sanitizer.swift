import Foundation

/// Whether ThreadSanitizer watches this process; it reports races that a test plants.
public let isUnderThreadSanitizer = dlsym(nil, "__tsan_init") != nil
