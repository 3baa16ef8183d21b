#pragma once
#include <stdint.h>

// A storage that remembers and that fails: a VFS of SQLite over the default one, each under a name
// of its own, so that of many databases in a process one can be hurt and the others left alone.
//
// Nothing is synchronized in truth: what a power cut leaves is worked out from the record.

typedef struct faulty_storage faulty_storage;

/// What a program asked of its storage.
typedef enum {
  /// A file came into being, empty.
  FAULTY_CREATE = 1,
  /// A file's name was removed.
  FAULTY_DELETE,
  /// Bytes were written, possibly fewer than asked for when the disk was full.
  FAULTY_WRITE,
  /// A file was cut or extended; `offset` is the new size.
  FAULTY_TRUNCATE,
  /// Everything written to the file before is on disk.
  FAULTY_SYNC,
  /// A sync was answered with an error: what was written before may be on disk or not, and no later
  /// sync of the same file changes that, because the kernel has marked the pages as clean.
  FAULTY_FAILED_SYNC,
  /// Every name made or removed before is on disk.
  FAULTY_DIRECTORY_SYNC,
} faulty_operation_kind;

/// One operation of the record.
typedef struct {
  faulty_operation_kind kind;
  /// Which file: a new number for each file that comes into being. 0 for the directory.
  int32_t file;
  int64_t offset;
  /// The file's name (CREATE, DELETE) or the bytes (WRITE); owned by the storage.
  const void *bytes;
  int64_t count;
} faulty_operation;

/// The kinds of calls that can be made to fail; a set is their sum.
enum {
  FAULTY_READS = 1,
  FAULTY_WRITES = 2,
  FAULTY_SYNCS = 4,
  FAULTY_TRUNCATIONS = 8,
  /// Opening and deleting files.
  FAULTY_NAMES = 16,
};

/// A new storage, registered with SQLite, or null when there is no memory. It knows only the files
/// that were made through it.
faulty_storage *faulty_storage_create(void);

/// Takes it out of SQLite. Only with no file open is its memory given back.
void faulty_storage_destroy(faulty_storage *storage);

/// The name to open databases with: `file:/path?vfs=NAME`.
const char *faulty_storage_name(const faulty_storage *storage);

/// How many operations have been recorded. They are numbered from 0.
int64_t faulty_storage_position(faulty_storage *storage);

/// An operation of the record; it stays as it is for as long as the storage lives.
faulty_operation faulty_storage_operation(faulty_storage *storage, int64_t position);

/// From now on the `nth` call (counted from 1) of these kinds fails, and when `persistent` every
/// one after it.
void faulty_storage_fail(
  faulty_storage *storage, unsigned kinds, int64_t nth, int persistent);

/// From now on the files together may grow by so many bytes; what they give back counts.
void faulty_storage_limit(faulty_storage *storage, int64_t bytes);

/// Ends every fault and limit.
void faulty_storage_heal(faulty_storage *storage);

/// How many calls were answered with an error since the last `fail` or `limit`.
int64_t faulty_storage_failures(faulty_storage *storage);

/// Does what fsync on the directory does; answers whether it succeeded.
int faulty_storage_synchronize_directory(faulty_storage *storage);
