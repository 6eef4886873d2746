// What the build was told of itself.
#pragma once

#ifndef PGDAT_COMMIT
#define PGDAT_COMMIT ""
#endif

/// The commit that was built, or nothing where nobody said: `-Xcc '-DPGDAT_COMMIT="abc1234"'`.
static inline const char *chost_commit(void) { return PGDAT_COMMIT; }
