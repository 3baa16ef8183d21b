#pragma once
#include <sqlite3.h>

// sqlite3_config and sqlite3_db_config are variadic, which Swift cannot call.

/// Stops SQLite from counting the memory it uses, under a lock for each allocation. Before the first
/// connection of the process, or without effect.
static inline void millrace_sqlite_stop_counting_memory(void) {
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// Gives a connection so many small blocks of its own, so that most of its allocations need no
/// malloc. Before its first statement, or without effect.
static inline void millrace_sqlite_set_lookaside(sqlite3 *connection, int size, int count) {
  (void)sqlite3_db_config(connection, SQLITE_DBCONFIG_LOOKASIDE, (void *)0, size, count);
}

/// Forbids SQL that can corrupt the database file deliberately (SQLITE_DBCONFIG_DEFENSIVE).
static inline int millrace_sqlite_enable_defensive(sqlite3 *connection) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

/// 1 when SQLITE_DBCONFIG_DEFENSIVE is on, 0 when it is off, -1 when it cannot be read.
static inline int millrace_sqlite_is_defensive(sqlite3 *connection) {
  int value = -1;
  if (sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, -1, &value) != SQLITE_OK) return -1;
  return value;
}
