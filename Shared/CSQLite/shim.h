#pragma once
#include <sqlite3.h>

// sqlite3_db_config is variadic, which Swift cannot call.

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
