#include "CPrimitives.h"

// The one thing here that is not header-only: a thread's memory needs a single definition.
_Thread_local struct cprim_thread_memory cprim_thread_memory;
