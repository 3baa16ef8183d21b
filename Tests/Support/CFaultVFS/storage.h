#pragma once
#include "CFaultVFS.h"
#include <pthread.h>
#include <sqlite3.h>

/// The record of one storage: some hundred times what a test writes. Beyond it calls answer NOMEM.
#define LONGEST_RECORD_BYTES (256LL << 20)
/// A database has four files; logs come and go with each opening. Beyond it opening fails.
#define MOST_FILES 4096

/// A file that was made through the storage.
typedef struct {
  char *name;
  int64_t size;
  /// Whether a name leads to it: neither deleted nor replaced.
  int exists;
} known_file;

struct faulty_storage {
  sqlite3_vfs vfs;
  /// The default VFS, which does the work.
  sqlite3_vfs *below;
  char name[48];
  pthread_mutex_t mutex;

  faulty_operation *operations;
  int64_t count, capacity, bytes;
  known_file files[MOST_FILES];
  int file_count, open_files;

  unsigned failing;
  int64_t until_failure;
  int persistent;
  int limited;
  int64_t space;
  int64_t failures;
};

// All of these are called with the mutex held.

/// Counts a call of a kind and answers whether it is to fail.
int storage_fails(faulty_storage *storage, unsigned kind);
/// Adds an operation and copies its bytes; answers SQLITE_OK or SQLITE_NOMEM.
int storage_record(
  faulty_storage *storage, faulty_operation_kind kind, int file, int64_t offset, const void *bytes,
  int64_t count);
/// The number of the file that a name leads to, or 0.
int storage_find(faulty_storage *storage, const char *name);
/// A number for a new file, or 0 when there are too many.
int storage_add(faulty_storage *storage, const char *name);
/// The file of a number.
known_file *storage_file(faulty_storage *storage, int number);
/// How many of the bytes fit when a file's end moves to `end`; keeps account of the space.
int64_t storage_reserve(faulty_storage *storage, int number, int64_t end, int64_t count);
/// Gives back what a file had beyond `size`.
void storage_shrink(faulty_storage *storage, int number, int64_t size);

/// The functions of the VFS for a storage.
void storage_install(faulty_storage *storage);
