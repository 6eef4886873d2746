// _GNU_SOURCE must come before any include: the affinity macros are behind it.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#pragma once
#include <sched.h>
